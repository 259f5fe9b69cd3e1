// Carries to the player how far the server's work has come.
watch("value", () => {
  if (!props.value) return;
  document.dispatchEvent(new CustomEvent("musegen:progress", { detail: JSON.parse(props.value) }));
});
