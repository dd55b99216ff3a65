// While a run is under way its figures are fetched anew; the page itself stays, so that a reader's place is kept.
document.addEventListener("DOMContentLoaded", () => {
  const runs = document.getElementById("zfs-backup-runs");
  const PAUSE = 2000;

  async function refresh() {
    try {
      const answer = await fetch("figures");
      if (answer.ok) {
        runs.innerHTML = await answer.text();
      }
    } catch {
      // Jenkins may be restarting; the next try shows.
    }
    const state = runs.querySelector(".zfs-backup-state");
    if (state === null || state.dataset.running === "true") {
      setTimeout(refresh, PAUSE);
    }
  }

  if (runs.dataset.running === "true") {
    setTimeout(refresh, PAUSE);
  }
});
