// The snapshots that are offered depend on the dataset. A dataset that is chosen from its list changes the field without Jenkins
// telling anybody; and what was typed before the choice would be told first, so that its answer might come last.
(() => {
  const CHOICE = ".zfs-backup-restore-choice";
  const DATASET = ".zfs-backup-restore-dataset";
  // Milliseconds: in which a click on the list has become a choice.
  const PAUSE = 400;
  const attached = new WeakSet();
  const opening = new WeakSet();

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

  // What opens at the press of a button closes at once: the press was outside of it.
  function openAtClick(field) {
    if (!opening.has(field)) {
      opening.add(field);
      field.addEventListener("click", () => field.dispatchEvent(new Event("input")));
    }
  }

  Behaviour.specify(DATASET, "zfs-backup-restore-dataset", 0, attach);
  Behaviour.specify(CHOICE, "zfs-backup-restore-choice", 0, openAtClick);
  // A form that is loaded later does not wait for this script.
  document.querySelectorAll(DATASET).forEach(attach);
  document.querySelectorAll(CHOICE).forEach(openAtClick);
})();
