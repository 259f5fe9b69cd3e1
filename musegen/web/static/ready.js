const say = () => {
  const value = props.value;
  const line = element.querySelector(".mg-model");
  line.dataset.state = value === "…" ? "loading" : value ? "problem" : "ready";
  line.querySelector("span").textContent =
    value === "…" ? "Loading the model" : value ? "The model is not there: " + value : "";
};
watch("value", say);
say();
