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
            description = "Options by name, for all commands at the top or below a command's name for that one.")
    private String config;

    @Option(names = "--identity", paramLabel = "SSHKEYFILE", description = "The private key for the SFTP server.")
    String identity;

    @Option(
            names = "--identity-passphrase-file",
            paramLabel = "FILE",
            description = "Its first line opens the private key for the SFTP server.")
    String identityPassphrase;

    @Option(
            names = "--known-hosts",
            paramLabel = "FILE",
            description = "Host keys to trust, as OpenSSH writes them; ~/.ssh/known_hosts if not given.")
    String knownHosts;

    @Option(
            names = "--accept-new-host-key",
            paramLabel = "FILE",
            description = "Trust a server about which nothing is known yet, and add its host key to this file.")
    Path newHostKeys;

    @Option(names = "--sudo", description = "Run zfs and zpool through sudo -n.")
    private boolean sudo;

    @Option(
            names = Main.VERBOSE,
            description = "Say more: a line for each backup, and for each dataset with nothing to do.")
    boolean verbose;

    @Option(names = "--quiet", description = "Say nothing but results and what is wrong.")
    boolean quiet;

    @Option(names = "--json", description = "The result document alone on standard output, the log on standard error.")
    boolean json;

    @Option(names = "--help", usageHelp = true, description = "This text.")
    private boolean help;

    Zfs zfs() {
        return sudo ? Zfs.throughSudo() : Zfs.direct();
    }

    static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }
}
