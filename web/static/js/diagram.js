// Process diagrams with the nodes that a case has passed and where it stands.
"use strict";

for (const frame of document.querySelectorAll("[data-diagram]")) {
  const viewer = new window.BpmnViewer({ container: frame.querySelector("[data-canvas]") });
  const tabs = [...frame.querySelectorAll("[data-url]")];

  const show = async (tab) => {
    tabs.forEach((each) => each.setAttribute("aria-selected", String(each === tab)));
    const failed = frame.querySelector("[data-failed]");
    try {
      const answer = await fetch(tab.dataset.url);
      if (!answer.ok) throw new Error(String(answer.status));
      await viewer.importXML(await answer.text());
      failed.hidden = true;
    } catch (error) {
      failed.hidden = false;
      return;
    }
    const canvas = viewer.get("canvas"), known = viewer.get("elementRegistry");
    for (const [ids, marker] of [[tab.dataset.done, "node-done"], [tab.dataset.active, "node-active"]]) {
      for (const id of ids.split(" ").filter((each) => each && known.get(each))) canvas.addMarker(id, marker);
    }
    canvas.zoom("fit-viewport", "auto");
  };

  tabs.forEach((tab) => tab.addEventListener("click", () => show(tab)));
  if (tabs.length) show(tabs[0]);
}
