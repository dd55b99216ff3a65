package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that every command has. */
final class CommonOptions {

    @Option(
            names = "--config",
            paramLabel = "FILE.yaml",
            description =
                    "Read options from this file: for all commands at its top level, for one below the command's name.")
    private String config;

    @Option(names = "--identity", paramLabel = "SSHKEYFILE", description = "The private key for the SFTP server.")
    String identity;

    @Option(
            names = "--identity-passphrase-file",
            paramLabel = "FILE",
            description = "The first line is the passphrase of the private key.")
    String identityPassphrase;

    @Option(
            names = "--known-hosts",
            paramLabel = "FILE",
            description = "Trusted host keys in the format of OpenSSH. Default: ~/.ssh/known_hosts.")
    String knownHosts;

    @Option(
            names = "--accept-new-host-key",
            paramLabel = "FILE",
            description = "Trust a server of which no host key is known yet, and add its key to this file.")
    Path newHostKeys;

    @Option(names = "--sudo", description = "Run zfs and zpool through sudo -n.")
    private boolean sudo;

    @Option(
            names = Main.VERBOSE,
            description = "Print a line for each backup, and for each dataset with nothing to do.")
    boolean verbose;

    @Option(names = "--quiet", description = "Print only results, warnings and errors.")
    boolean quiet;

    @Option(
            names = "--json",
            description = "Print the result document alone on standard output, and the log on standard error.")
    boolean json;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    private boolean help;

    Zfs zfs() {
        return sudo ? Zfs.throughSudo() : Zfs.direct();
    }

    static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }
}
