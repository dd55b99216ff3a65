package io.jenkins.plugins.zfsbackup.config;

import hudson.Util;
import hudson.util.FormValidation;
import io.jenkins.plugins.zfsbackup.engine.protocol.DoctorResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.DoctorResult.Check;
import io.jenkins.plugins.zfsbackup.engine.protocol.HostKeyLine;
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

    public ConnectionReport {
        checks = List.copyOf(checks);
    }

    static ConnectionReport failed(String log) {
        return new ConnectionReport(List.of(), Optional.empty(), log);
    }

    static ConnectionReport of(DoctorResult result, Optional<String> newHostKey) {
        return new ConnectionReport(result.checks(), newHostKey, result.checks().isEmpty() ? result.message() : "");
    }

    private static FormValidation shown(Check check) {
        String mark =
                switch (check.grade()) {
                    case OK -> "✓ ";
                    case NOTE -> "! ";
                    case BAD -> "✗ ";
                };
        String html = Util.escape(mark + check.check() + ": " + check.said())
                + (check.mend().isEmpty() ? "" : "<br>" + Util.escape(check.mend()));
        return switch (check.grade()) {
            case OK -> FormValidation.okWithMarkup(html);
            case NOTE -> FormValidation.warningWithMarkup(html);
            case BAD -> FormValidation.errorWithMarkup(html);
        };
    }

    /** Those checks that are wanted, and the host key, for a form. */
    public FormValidation shown(Predicate<Check> wanted) {
        if (checks.isEmpty()) {
            return FormValidation.error(failure);
        }
        List<FormValidation> said = new ArrayList<>();
        checks.stream().filter(wanted).map(ConnectionReport::shown).forEach(said::add);
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
                        HostKeyLine.of(key).map(HostKeyLine::toString).orElse(key)))));
    }
}
