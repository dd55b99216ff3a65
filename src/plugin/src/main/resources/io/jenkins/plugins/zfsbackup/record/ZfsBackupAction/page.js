// While a run is under way its figures are fetched anew; the page itself stays, so that a reader's place is kept.
document.addEventListener("DOMContentLoaded", () => {
  const runs = document.getElementById("zfs-backup-runs");
  const PAUSE = 2000;

  function show(figures) {
    runs.innerHTML = figures;
    // A table that has come is sorted by Jenkins' own script.
    Behaviour.applySubtree(runs, false);
  }

  function lookAgain() {
    const state = runs.querySelector(".zfs-backup-state");
    if (state === null || state.dataset.running === "true") {
      setTimeout(refresh, PAUSE);
    }
  }

  function refresh() {
    fetch("live")
      .then((answer) => (answer.ok ? answer.text().then(show) : undefined))
      // Jenkins may be restarting; the next look shows.
      .catch((unreachable) => unreachable)
      .then(lookAgain);
  }

  if (runs.dataset.running === "true") {
    setTimeout(refresh, PAUSE);
  }
});
