// Colours and thickness of the skeleton, changed while one looks.
"use strict";

const style = document.querySelector("[data-style]");
const bones = document.querySelector("[data-bones]");
const joints = document.querySelector("[data-joints]");

function paint() {
  bones.setAttribute("stroke", style.bones.value);
  joints.setAttribute("stroke", style.joints.value);
  for (const group of [bones, joints]) {
    group.setAttribute("stroke-width", style.thickness.value * group.dataset.unit);
  }
}

style.addEventListener("input", paint);
paint();
