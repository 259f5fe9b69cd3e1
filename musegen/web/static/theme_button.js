window.musegenTheme.restore(); // Gradio sets the system's while the page is built
element.querySelector(".mg-theme").addEventListener("click", () => window.musegenTheme.toggle());
