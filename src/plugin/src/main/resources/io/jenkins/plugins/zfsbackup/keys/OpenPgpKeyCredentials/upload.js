// Says below the field what a chosen file is, before it is uploaded.
(() => {
  const FIELD = ".zfs-backup-key-file";
  // Bytes; no key is larger.
  const LARGEST = 1048576;
  // One byte in Base64: no key either, and as little to send.
  const NO_KEY = "AA==";

  function ask(field, base64) {
    const area = field.closest(".jenkins-form-item").querySelector(".validation-error-area");
    fetch(field.getAttribute("checkUrl"), {
      method: "post",
      headers: crumb.wrap({ "Content-Type": "application/x-www-form-urlencoded" }),
      body: "value=" + encodeURIComponent(base64),
    })
      .then((answer) => answer.text())
      .then((said) => updateValidationArea(area, said));
  }

  function describe(field) {
    const file = field.files[0];
    if (file === undefined) {
      ask(field, "");
    } else if (file.size > LARGEST) {
      ask(field, NO_KEY);
    } else {
      const reader = new FileReader();
      reader.onload = () => ask(field, reader.result.substring(reader.result.indexOf(",") + 1));
      reader.readAsDataURL(file);
    }
  }

  function attach(field) {
    field.onchange = () => describe(field);
  }

  Behaviour.specify(FIELD, "zfs-backup-key-file", 0, attach);
  // A dialog does not wait for this script: its fields may be there already.
  document.querySelectorAll(FIELD).forEach(attach);
})();
