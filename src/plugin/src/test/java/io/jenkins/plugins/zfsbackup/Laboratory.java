package io.jenkins.plugins.zfsbackup;

import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.HostKeyTrust;
import java.nio.file.Path;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * What a laboratory has: the inbound agent {@code lab} that owns a real pool, a real OpenSSH server that lets in the
 * credential {@code ssh}, keys made by a real gpg. Needs {@code zfs}: see {@code bin/with-zfs}.
 */
record Laboratory(TestServer server, TestKeys keys, TestPool pool, InboundAgent agent) implements AutoCloseable {

    static Laboratory open(JenkinsRule jenkins, Path folder) throws Exception {
        TestServer server = TestServer.in(folder);
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new BasicSSHUserPrivateKey(
                        CredentialsScope.GLOBAL,
                        "ssh",
                        server.user(),
                        new BasicSSHUserPrivateKey.DirectEntryPrivateKeySource(server.userKey()),
                        server.userKeyPassphrase(),
                        ""));
        return new Laboratory(
                server,
                TestKeys.make(),
                TestPool.in(folder),
                InboundAgent.connect(jenkins, "lab", folder.resolve("agent")));
    }

    /** A repository on the server, encrypted. */
    BackupRepository repository(HostKeyTrust trust) throws Exception {
        BackupRepository repository = new BackupRepository("server", server.url("backups"));
        repository.setCredentialsId("ssh");
        repository.setTrust(trust);
        repository.setRecipients(keys.recipient());
        return repository;
    }

    @Override
    public void close() throws Exception {
        agent.close();
        pool.close();
        keys.close();
        server.close();
    }
}
