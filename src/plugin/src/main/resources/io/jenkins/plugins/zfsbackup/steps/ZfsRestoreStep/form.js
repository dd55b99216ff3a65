// The snapshots that are offered depend on the dataset. A dataset that is chosen from its list changes the field without Jenkins
// telling anybody; and what was typed before the choice would be told first, so that its answer might come last.
(() => {
  const DATASET = ".zfs-backup-restore-dataset";
  // Milliseconds: in which a click on the list has become a choice.
  const PAUSE = 400;
  const attached = new WeakSet();

  function attach(field) {
    if (attached.has(field)) {
      return;
    }
    attached.add(field);
    let told = field.value;
    let later;

    function tell() {
      clearTimeout(later);
      if (field.value !== told) {
        told = field.value;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }

    function tellLater() {
      clearTimeout(later);
      later = setTimeout(tell, PAUSE);
    }

    // Before the listeners of Jenkins.
    field.addEventListener(
      "change",
      (event) => {
        if (event.isTrusted) {
          event.stopImmediatePropagation();
          tellLater();
        }
      },
      true,
    );
    // After a choice by mouse Jenkins gives the focus back to the field; by keyboard it never leaves it.
    field.addEventListener("focus", tell);
    field.addEventListener("keyup", (event) => {
      if (event.key === "Tab" || event.key === "Enter") {
        tell();
      }
    });
    field.addEventListener("focusout", tellLater);
  }

  Behaviour.specify(DATASET, "zfs-backup-restore-dataset", 0, attach);
  // A form that is loaded later does not wait for this script.
  document.querySelectorAll(DATASET).forEach(attach);
})();
