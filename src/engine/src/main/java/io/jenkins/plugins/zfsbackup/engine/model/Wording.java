package io.jenkins.plugins.zfsbackup.engine.model;

import io.jenkins.plugins.zfsbackup.engine.protocol.Launch;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What messages say to do, in the words of the place where they are read: on the command line, or in Jenkins, whose
 * users know fields and parameters and no options. It stands here once, by what is the matter.
 *
 * <p>The place is a property of the process, as its language would be: whoever starts the engine for Jenkins sets the
 * system property {@value Launch#PLACE} to {@value Launch#JENKINS}. Parameters of Jenkins are the options' names in camel case.
 */
public enum Wording {
    /** A fault of the program. */
    FAULT(
            "That is a fault of zfs-backup. Run again with --verbose, and report what it prints.",
            "That is a fault of ZFS Backup. Report it with this message."),
    /** Java has run out of memory. */
    OUT_OF_MEMORY(
            "Give it more (java -Xmx), or keep less in memory with a smaller --memory.",
            "Set another memory in the step: the engine gets that much, and some more for itself."),
    /** A volume does not fit into the memory that may be used. */
    MORE_MEMORY_TO_READ(
            "Give it more --memory, if it is the machine's own backup.",
            "Set a larger memory in the step, if it is the machine's own backup."),
    /** A stream would have too many volumes, whose size follows from the memory. */
    MORE_MEMORY_TO_STORE(
            "Give it more --memory, so that they are larger.",
            "Set a larger memory in the step, so that they are larger."),
    /** A server's key was trusted and can't be written down. */
    NEW_HOST_KEY_NOT_NOTED(
            "Make that file writable, or trust the key by hand: --known-hosts.",
            "Look at the agent's disk, or write the key into the host keys of the repository in Manage Jenkins,"
                    + " System, ZFS"
                    + " Backup."),
    /** The server does not take the key. */
    WRONG_IDENTITY(
            "Give the right key with --identity, or add its public half to the account's authorized_keys.",
            "Choose the right SSH key for the repository in Manage Jenkins, System, ZFS Backup, or add the"
                    + " public half of this"
                    + " one to the account's authorized_keys."),
    /** What the host keys are called that came with the run and not from a file. */
    GIVEN_HOST_KEYS(
            "the host keys of this request", "the host keys of this repository (Manage Jenkins, System, ZFS Backup)"),
    /** A server that is not known; arguments: where keys stand, and the line that makes this one known. */
    UNKNOWN_HOST_KEY(
            "Trust it: if its administrator confirms that fingerprint (ssh-keygen -lf on the server's public"
                    + " host key), add this"
                    + " line to %s: %s",
            "Trust it: if its administrator confirms that fingerprint (ssh-keygen -lf on the server's public"
                    + " host key), add this"
                    + " line to %s: %s"),
    /**
     * A server whose key has changed; arguments: its name, where keys stand, and the line that makes this one known.
     */
    CHANGED_HOST_KEY(
            "Either the server was set up anew, or somebody is in between. Remove the old line with ssh-keygen"
                    + " -R '%s', and if"
                    + " its administrator confirms that fingerprint (ssh-keygen -lf on the server's public host"
                    + " key), add this"
                    + " line to %s: %s",
            "Either the server %s was set up anew, or somebody is in between. If its administrator confirms"
                    + " that fingerprint"
                    + " (ssh-keygen -lf on the server's public host key), replace the old line in %s by"
                    + " this one: %s"),
    /** The SSH key needs a passphrase. */
    IDENTITY_LOCKED(
            "Give it in a file: --identity-passphrase-file FILE.", "Write it into the credential of the SSH key."),
    /** A password in an address. */
    PASSWORD_IN_ADDRESS(
            "Use a key instead: --identity SSHKEYFILE.",
            "Take it out, and choose an SSH key for the repository in Manage Jenkins, System, ZFS Backup."),
    /** Nobody would be able to restore. */
    NO_RECIPIENT(
            "no --recipient was given, so that the backup could be read by anybody",
            "the repository has no recipient, so that the backup could be read by anybody"),
    /** The same, what to do. */
    GIVE_RECIPIENT(
            "Give the public key of who may restore it: --recipient KEYFILE (gpg --armor --export writes it),"
                    + " or --no-encryption"
                    + " if it really may be open.",
            "Add the public key of who may restore it to the recipients in Manage Jenkins, System, ZFS Backup"
                    + " (gpg --armor"
                    + " --export writes it), or tick there that it is stored without encryption."),
    /** For the check before the first backup. */
    RECIPIENT_OR_OPEN(
            "no recipient was given: backups need --recipient, or --no-encryption",
            "no recipient was given: backups need one, or the tick that they are stored without encryption"),
    /** Both were given. */
    RECIPIENT_AND_OPEN(
            "--recipient and --no-encryption contradict each other",
            "the recipients and the tick that backups are stored without encryption contradict each other"),
    /** A layout that is always encrypted. */
    LAYOUT_NEEDS_RECIPIENT(
            "Give --recipient KEYFILE.", "Add a recipient to the repository in Manage Jenkins, System, ZFS Backup."),
    /** A layout that can't be encrypted. */
    LAYOUT_IS_OPEN(
            "Give --no-encryption if it really may be open to anybody; the native layout is encrypted.",
            "Tick that the repository is stored without encryption if it really may be open to anybody; the"
                    + " native layout is"
                    + " encrypted."),
    /** There is no key to decrypt with. */
    NO_DECRYPTION_KEY(
            "Give the secret key: --decrypt-with KEYFILE (gpg --export-secret-keys writes it).",
            "Choose the decryption key of the repository in Manage Jenkins, System, ZFS Backup, or put it under"
                    + " that name into"
                    + " the folder of this job."),
    /** A backup that nobody has signed, where a signature is wanted. */
    NOT_SIGNED(
            "It was made without --sign-with, or somebody removed it. Leave --verify-with out to go on without.",
            "It was made without a signing key, or somebody removed it. Take the signers out of the"
                    + " repository's settings to go on"
                    + " without."),
    /** A script's file where a signature is wanted. */
    SCRIPT_DID_NOT_SIGN(
            "Leave --verify-with out to go on without.",
            "Take the signers out of the repository's settings to go on without."),
    /** Signed backups that nobody checks. */
    CHECK_SIGNATURES(
            "Give the signers' public keys: --verify-with KEYFILE.",
            "Add the signers' public keys to the repository in Manage Jenkins, System, ZFS Backup."),
    /** Backups that nobody signs. */
    SIGN_AND_CHECK(
            "Sign backups with --sign-with KEYFILE, and check them with --verify-with KEYFILE.",
            "Choose a signing key for the repository in Manage Jenkins, System, ZFS Backup, and add its public"
                    + " half to the signers."),
    /** A dataset that a layout can't store. */
    EXCLUDE(
            "Leave it out with --exclude and store it in the native layout, which may be used beside this one.",
            "Leave it out with exclude and store it in the native layout, which may be used beside this one."),
    /** A policy that has no packages. */
    NOT_PACKED("Leave --packed out.", "Leave packed out."),
    /** A package that would be too large. */
    ONCE_NOT_PACKED("Back it up once without --packed.", "Back it up once without packed."),
    /** A compression that a layout does not know. */
    NO_COMPRESSION("Leave --compression out.", "Leave compression out."),
    /** Which snapshots are the engine's own is not known. */
    KEEP_WITHOUT_PATTERN(
            "--keep-snapshots is for snapshots that the engine takes, and no --snapshot says which those are",
            "keepSnapshots is for snapshots that the runs take, and no snapshot says which those are"),
    /** The same, what to do. */
    GIVE_PATTERN(
            "Add --snapshot with the pattern of their names, e.g. --snapshot daily-%%Y-%%m-%%d.",
            "Add snapshot with the pattern of their names, e.g. snapshot: 'daily-%%Y-%%m-%%d'."),
    /** What a pattern looks like. */
    PATTERN_EXAMPLE("Example: --snapshot daily-%%Y-%%m-%%d", "Example: snapshot: 'daily-%%Y-%%m-%%d'"),
    /** A dataset without snapshots. */
    NO_SNAPSHOT(
            "it has no snapshot; take one, or use --snapshot",
            "it has no snapshot; take one, or set snapshot in the step"),
    /** The user may not run zfs. */
    OR_SUDO("or let the engine use --sudo.", "or tick sudo in the step."),
    /** A dataset that can't be restored into. */
    OTHER_TARGET("Choose another --to.", "Choose another target."),
    /** A target that has changed, and may be worth keeping as it is. */
    KEEP_TARGET(
            "To keep it as it is, choose a --to that does not exist yet.",
            "To keep it as it is, choose a target that does not exist yet."),
    /** Nothing is there to be mounted. */
    NOTHING_TO_MOUNT(
            "--mount is for a dataset, and --stdout makes none", "mount is for a dataset, and stdout makes none"),
    /** A dataset that is there already. */
    NEW_TARGET("Choose a --to that does not exist yet.", "Choose a target that does not exist yet."),
    /** Data and result in one place. */
    ONE_OUTPUT("--stdout and --json both want standard output", "the data and the result both want standard output"),
    /** Where a backup may be received for a try. */
    OTHER_INTO("Choose another --into.", "Choose another dataset."),
    /** It is not known where. */
    INTO(
            "nothing tells its pool: say with --into where it may be received for a try",
            "nothing tells its pool, so that it can't be received for a try: verify it with depth content"),
    /** What is stored can be listed; argument: the repository. */
    LIST_ALL("All are listed by: zfs-backup list --repo %s", "A zfsList step names all in %s."),
    /** What is damaged can be listed; argument: the repository. */
    LIST_DAMAGED("List what there is: zfs-backup list --repo %s", "A zfsList step names what is damaged in %s."),
    /** Snapshots that are stored; arguments: the repository and the dataset. */
    LIST_SNAPSHOTS(
            "List them: zfs-backup list --repo %s '%s'", "A zfsList step for the repository %s names those of %s."),
    /** There are more than were named. */
    LIST_SHOWS("which zfs-backup list shows", "which a zfsList step names"),
    /** How a snapshot is named whose name comes twice. */
    NAME_WITH_GUID(
            "Write @NAME~GUID, as zfs-backup list shows it where a name comes twice.",
            "Write NAME~GUID as the snapshot, as the field select of a zfsList step has it where a name comes twice."),
    /** A file that can't be used. */
    LIST_SAYS_WHY(
            "zfs-backup list says why. Move it away, then run again.",
            "A zfsList step says why. Move it away, then run again."),
    /** Backups that can't be used, of which there are too many for a message. */
    VERIFY_NAMES_THEM(
            "zfs-backup verify --depth listing names them all", "a zfsVerify step with depth listing names them all"),
    /** What a script has stored was not read; plural. */
    VERIFY_TELLS_THEY(
            "zfs-backup verify --depth content tells whether they are good",
            "a zfsVerify step with depth content tells whether they are good"),
    /** The same of one. */
    VERIFY_TELLS_IT(
            "zfs-backup verify --depth content tells whether it is good",
            "a zfsVerify step with depth content tells whether it is good");

    private static final Pattern OPTION = Pattern.compile("(?<![A-Za-z0-9-])--([a-z]+(-[a-z]+)*)");

    private final String commandLine;
    private final String jenkins;

    Wording(String commandLine, String jenkins) {
        this.commandLine = commandLine;
        this.jenkins = jenkins;
    }

    /** Whether this process's messages are read in Jenkins. */
    public static boolean inJenkins() {
        return System.getProperty(Launch.PLACE, "").equals(Launch.JENKINS);
    }

    /** In the words of the place where this process's messages are read. */
    public String text(Object... arguments) {
        return textAt(System.getProperty(Launch.PLACE, ""), arguments);
    }

    /** A text that names options, with the names that they have where this process's messages are read. */
    public static String parameters(String text) {
        return parametersAt(System.getProperty(Launch.PLACE, ""), text);
    }

    static String parametersAt(String place, String text) {
        if (!place.equals(Launch.JENKINS)) {
            return text;
        }
        return OPTION.matcher(text).replaceAll(option -> {
            String[] words = option.group(1).split("-");
            return words[0]
                    + Arrays.stream(words)
                            .skip(1)
                            .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                            .collect(Collectors.joining());
        });
    }

    /** In the words of a place: {@value Launch#JENKINS}, or the command line. */
    String textAt(String place, Object... arguments) {
        return String.format(place.equals(Launch.JENKINS) ? jenkins : commandLine, arguments);
    }
}
