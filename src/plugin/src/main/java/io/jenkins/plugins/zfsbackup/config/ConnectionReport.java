package io.jenkins.plugins.zfsbackup.config;

import hudson.Util;
import hudson.util.FormValidation;
import io.jenkins.plugins.zfsbackup.agent.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a {@link ConnectionTest} has found.
 *
 * @param checks one by one; empty if it did not come to that
 * @param newHostKey what the server has shown, as a line of {@code known_hosts}, if it was to be trusted at first use
 * @param failure why there are no checks; else empty
 */
public record ConnectionReport(List<Check> checks, Optional<String> newHostKey, String failure) {

    private static final int MOST_CHECKS = 100;

    public ConnectionReport {
        checks = List.copyOf(checks);
    }

    /**
     * One check of the engine's {@code doctor}.
     *
     * @param name what was looked at, e.g. {@code repository}
     * @param grade {@code ok}, {@code note} or {@code bad}
     * @param said what was found
     * @param mend what to do; empty if nothing
     */
    public record Check(String name, String grade, String said, String mend) {

        /** Whether all was as it should be. */
        public boolean isGood() {
            return grade.equals("ok");
        }

        /** Whether a backup would fail. */
        public boolean isBad() {
            return !isGood() && !grade.equals("note");
        }

        private FormValidation shown() {
            String mark = isGood() ? "✓ " : isBad() ? "✗ " : "! ";
            String html = Util.escape(mark + name + ": " + said) + (mend.isEmpty() ? "" : "<br>" + Util.escape(mend));
            if (isGood()) {
                return FormValidation.okWithMarkup(html);
            }
            return isBad() ? FormValidation.errorWithMarkup(html) : FormValidation.warningWithMarkup(html);
        }
    }

    static ConnectionReport failed(String log) {
        return new ConnectionReport(List.of(), Optional.empty(), log);
    }

    /** @param document of the engine */
    static ConnectionReport of(Fields document, Optional<String> newHostKey) {
        List<Check> checks = document.objects("checks", MOST_CHECKS).stream()
                .map(Fields::new)
                .map(each -> new Check(each.text("check"), each.text("grade"), each.text("said"), each.text("mend")))
                .toList();
        return new ConnectionReport(checks, newHostKey, checks.isEmpty() ? document.text("message") : "");
    }

    /** Those checks that are wanted, and the host key, for a form. */
    public FormValidation shown(Predicate<Check> wanted) {
        if (checks.isEmpty()) {
            return FormValidation.error(failure);
        }
        List<FormValidation> said = new ArrayList<>();
        checks.stream().filter(wanted).map(Check::shown).forEach(said::add);
        return said.isEmpty() ? FormValidation.ok() : FormValidation.aggregate(said);
    }

    /** All of it, for a form. */
    FormValidation shown() {
        if (checks.isEmpty() || newHostKey.isEmpty()) {
            return shown(each -> true);
        }
        String key = newHostKey.get();
        return FormValidation.aggregate(List.of(
                shown(each -> true),
                FormValidation.ok(Messages.hostKeyAtFirstUse(
                        HostKey.of(key).map(HostKey::toString).orElse(key)))));
    }
}
