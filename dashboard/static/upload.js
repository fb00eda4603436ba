// Dropping a picture on the form, and saying at once when it is too large.
"use strict";

const form = document.querySelector("[data-upload]");
const drop = form.querySelector("[data-drop]");
const field = form.querySelector("input[type=file]");
const send = form.querySelector("[data-send]");

function check() {
  const file = field.files[0];
  const large = Boolean(file) && file.size > Number(form.dataset.most);
  form.querySelector("[data-problem]").hidden = !large;
  send.disabled = large;
}

for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const kind of ["dragleave", "drop"]) {
  drop.addEventListener(kind, () => drop.classList.remove("over"));
}
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) {
    field.files = event.dataTransfer.files;
    check();
  }
});
field.addEventListener("change", check);
form.addEventListener("submit", () => {
  send.disabled = true;
  send.textContent = "Analysing …";
});
window.addEventListener("pageshow", () => {
  send.textContent = "Analyse";
  check();
});
