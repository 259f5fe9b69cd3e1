element.querySelector(".mg-theme").addEventListener("click", () => window.musegenTheme.toggle());
