package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.protocol.DoctorResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.DoctorResult.Check;
import io.jenkins.plugins.zfsbackup.engine.protocol.DoctorResult.Grade;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.run.DatasetFilter;
import io.jenkins.plugins.zfsbackup.engine.run.DoctorRun;
import io.jenkins.plugins.zfsbackup.engine.run.Protection;
import io.jenkins.plugins.zfsbackup.engine.run.Signer;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code zfs-backup doctor}. */
@Command(
        name = "doctor",
        description =
                "Checks whether everything that a backup needs is available, and shows how to fix what is missing.",
        footer = {
            "",
            "Example: zfs-backup doctor tank --repo sftp://backup@nas/srv/backup --recipient admin.asc"
                    + " --sign-with signing.asc"
        })
final class DoctorCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "POOL", description = "The pool.")
    private String pool;

    @Option(names = "--repo", paramLabel = "URL", required = true, description = "The repository.")
    private String repo;

    @Option(
            names = "--recipient",
            paramLabel = "KEYFILE",
            split = ",",
            description = "A public key to encrypt to. Can be repeated.")
    private List<String> recipients;

    @Option(names = "--no-encryption", description = "Backups will be stored without encryption.")
    private boolean noEncryption;

    @Option(names = "--sign-with", paramLabel = "KEYFILE", description = "The secret key that signs.")
    private String signWith;

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "The first line is the passphrase of the signing key.")
    private String passphraseFile;

    private final Environment environment;

    DoctorCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Output output = new Output(environment, common);
        List<Storage> opened = new ArrayList<>();
        try {
            List<Check> checks = new DoctorRun(common.zfs())
                    .run(pool, DatasetFilter.ALL, () -> open(opened, output.console()), this::keys);
            DoctorResult result = new DoctorResult(checks);
            output.document(result);
            if (!common.json) {
                checks.forEach(check -> print(check, output.console()));
                output.console().print(verdict(checks));
            }
            return result.outcome().exitCode();
        } finally {
            opened.forEach(Storage::close);
        }
    }

    private Repository open(List<Storage> opened, Console console) throws IOException {
        Storage storage = StorageFactory.open(environment, common, repo, 1, 0);
        opened.add(storage);
        return Archives.toList(storage, environment.localState(console));
    }

    private DoctorRun.Finding<Void> keys() throws IOException {
        boolean none = !noEncryption && CommonOptions.orEmpty(recipients).isEmpty();
        Protection protection = Keys.protection(
                environment,
                CommonOptions.orEmpty(recipients),
                none || noEncryption,
                signWith,
                passphraseFile,
                pool,
                Archives.NATIVE);
        String signer = protection
                .signer()
                .map(Signer::fingerprint)
                .map(f -> ", signed by " + f)
                .orElse(", not signed");
        if (none) {
            return DoctorRun.note(Wording.RECIPIENT_OR_OPEN.text() + signer);
        }
        if (noEncryption) {
            return DoctorRun.ok("not encrypted" + signer);
        }
        return DoctorRun.ok("encrypted to " + String.join(", ", protection.recipients()) + signer);
    }

    private String verdict(List<Check> checks) {
        long bad = checks.stream().filter(check -> check.grade() == Grade.BAD).count();
        long notes =
                checks.stream().filter(check -> check.grade() == Grade.NOTE).count();
        if (bad > 0) {
            return pool + ": " + bad + (bad == 1 ? " thing is" : " things are") + " wrong, marked BAD above";
        }
        return pool + ": all is well" + (notes == 0 ? "" : ", but look at what is marked note above");
    }

    private static void print(Check check, Console console) {
        String mark =
                switch (check.grade()) {
                    case OK -> "ok   ";
                    case NOTE -> "note ";
                    case BAD -> "BAD  ";
                };
        console.print(mark + check.check() + ": " + check.said());
        if (!check.mend().isEmpty()) {
            console.print("     " + check.mend());
        }
    }
}
