// Makes keys, and brings the public keys of a file or of a credential into the field for them.
(() => {
  // Bytes; no key is larger.
  const LARGEST = 1048576;
  // One byte in Base64: no key either, and as little to send.
  const NO_KEY = "AA==";

  function ask(url, parameters) {
    return fetch(url, {
      method: "post",
      headers: crumb.wrap({ "Content-Type": "application/x-www-form-urlencoded" }),
      body: new URLSearchParams(parameters).toString(),
    }).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.statusText)));
  }

  function show(field, message) {
    const error = document.createElement("div");
    error.className = "error";
    error.textContent = message;
    updateValidationArea(
      field.closest(".jenkins-form-item").querySelector(".validation-error-area"),
      message === "" ? "<div/>" : error.outerHTML,
    );
  }

  function choose(select, id) {
    select.add(new Option(id, id));
    select.value = id;
    fireEvent(select, "change");
  }

  Behaviour.specify(".zfs-backup-make", "zfs-backup-make", 0, (button) => {
    button.addEventListener("click", () => {
      const select = button.closest(".jenkins-form-item").querySelector("select");
      button.disabled = true;
      ask(button.dataset.url, {})
        .then((answer) => choose(select, answer.data.id))
        .catch((error) => {
          button.disabled = false;
          show(select, String(error));
        });
    });
  });

  function addKeys(source, parameters) {
    const form = source.closest("form");
    const url = form.querySelector("input.zfs-backup-public-keys").dataset.url;
    const keys = form.querySelector("[name='_.recipients']");
    ask(url, parameters)
      .then((answer) => {
        show(source, answer.data.message);
        if (!keys.value.includes(answer.data.keys)) {
          keys.value = keys.value.trim() === "" ? answer.data.keys : keys.value.trimEnd() + "\n" + answer.data.keys;
        }
        fireEvent(keys, "change");
      })
      .catch((error) => show(source, String(error)));
  }

  Behaviour.specify("input.zfs-backup-public-keys", "zfs-backup-public-keys", 0, (input) => {
    input.addEventListener("change", () => {
      const file = input.files[0];
      if (file === undefined) {
        return;
      }
      if (file.size > LARGEST) {
        addKeys(input, { upload: NO_KEY });
        return;
      }
      const reader = new FileReader();
      reader.onload = () => addKeys(input, { upload: reader.result.substring(reader.result.indexOf(",") + 1) });
      reader.readAsDataURL(file);
    });
  });

  Behaviour.specify("select.zfs-backup-public-keys", "zfs-backup-public-keys", 0, (select) => {
    select.addEventListener("change", () => {
      if (select.value !== "") {
        addKeys(select, { credentialsId: select.value });
      }
    });
  });
})();
