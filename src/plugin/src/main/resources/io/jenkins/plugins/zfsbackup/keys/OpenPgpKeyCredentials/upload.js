// Says below the field what a chosen file is, before it is uploaded.
Behaviour.specify(".zfs-backup-key-file", "zfs-backup-key-file", 0, (field) => {
  // Bytes; no key is larger.
  const LARGEST = 1048576;
  // One byte in Base64: no key either, and as little to send.
  const NO_KEY = "AA==";

  function show(answer) {
    const area = field.closest(".jenkins-form-item").querySelector(".validation-error-area");
    answer.text().then((said) => updateValidationArea(area, said));
  }

  function ask(base64) {
    fetch(field.getAttribute("checkUrl"), {
      method: "post",
      headers: crumb.wrap({ "Content-Type": "application/x-www-form-urlencoded" }),
      body: "value=" + encodeURIComponent(base64),
    }).then(show);
  }

  field.addEventListener("change", () => {
    const file = field.files[0];
    if (file === undefined) {
      ask("");
    } else if (file.size > LARGEST) {
      ask(NO_KEY);
    } else {
      const reader = new FileReader();
      reader.onload = () => ask(reader.result.substring(reader.result.indexOf(",") + 1));
      reader.readAsDataURL(file);
    }
  });
});
