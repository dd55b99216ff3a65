// Says below the fields what a chosen key file is, and whether the passphrase opens it, before anything is uploaded; and keeps the
// form open as long as there is no key in it, as a form that is refused by Jenkins loses what was typed into it.
(() => {
  const FILE = ".zfs-backup-key-file";
  // Bytes; no key is larger.
  const LARGEST = 1048576;
  // One byte in Base64: no key either, and as little to send.
  const NO_KEY = "AA==";
  const attached = new WeakSet();

  function area(field) {
    return field.closest(".jenkins-form-item").querySelector(".validation-error-area");
  }

  function isRefused(field) {
    return area(field).querySelector(".error") !== null;
  }

  function ask(field, parameters) {
    return fetch(field.getAttribute("checkUrl"), {
      method: "post",
      headers: crumb.wrap({ "Content-Type": "application/x-www-form-urlencoded" }),
      body: new URLSearchParams(parameters).toString(),
    })
      .then((answer) => answer.text())
      .then((said) => updateValidationArea(area(field), said));
  }

  function contentOf(file) {
    if (file.size > LARGEST) {
      return Promise.resolve(NO_KEY);
    }
    return new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result.substring(reader.result.indexOf(",") + 1));
      reader.readAsDataURL(file);
    });
  }

  function attach(file) {
    const form = file.closest("form");
    if (attached.has(file) || form === null) {
      return;
    }
    attached.add(file);
    const key = form.querySelector("[name='_.key']");
    const passphrase = form.querySelector("[name='_.passphrase']");
    // Of the chosen file, in Base64; empty if there is none.
    let content = "";
    let isChecked = false;

    function describeFile() {
      const chosen = file.files[0];
      return (chosen === undefined ? Promise.resolve("") : contentOf(chosen)).then((base64) => {
        content = base64;
        return chosen === undefined ? updateValidationArea(area(file), "<div/>") : ask(file, { value: content });
      });
    }

    function describePassphrase() {
      return ask(passphrase, { passphrase: passphrase.value, key: key.value, upload: content });
    }

    // The field that holds the key, once Jenkins has said below it what it is.
    function describeKey() {
      if (file.files.length > 0) {
        return describeFile().then(() => file);
      }
      if (key.value.trim() === "") {
        return ask(file, { value: "" }).then(() => file);
      }
      updateValidationArea(area(file), "<div/>");
      return ask(key, { key: key.value }).then(() => key);
    }

    // Before the listeners of Jenkins, which know nothing of the file.
    form.addEventListener(
      "change",
      (event) => {
        if (event.target === file) {
          describeFile().then(describePassphrase);
        } else if (event.target === passphrase && content !== "") {
          event.stopPropagation();
          describePassphrase();
        }
      },
      true,
    );

    // Above the form: a dialog listens on the form itself, and was there first.
    form.parentElement.addEventListener(
      "submit",
      (event) => {
        if (event.target !== form) {
          return;
        }
        if (isChecked) {
          isChecked = false;
          return;
        }
        event.preventDefault();
        event.stopPropagation();
        describeKey().then((field) => {
          if (isRefused(field)) {
            field.focus();
          } else {
            isChecked = true;
            form.requestSubmit(event.submitter);
          }
        });
      },
      true,
    );
  }

  Behaviour.specify(FILE, "zfs-backup-key-file", 0, attach);
  // A dialog does not wait for this script: its fields may be there already.
  document.querySelectorAll(FILE).forEach(attach);
})();
