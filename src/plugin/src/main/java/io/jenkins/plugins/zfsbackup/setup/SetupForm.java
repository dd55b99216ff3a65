package io.jenkins.plugins.zfsbackup.setup;

import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Computer;
import hudson.model.Describable;
import hudson.model.Descriptor;
import hudson.model.Failure;
import hudson.model.Job;
import hudson.model.Node;
import hudson.scheduler.CronTabList;
import hudson.triggers.TimerTrigger;
import hudson.util.FormValidation;
import hudson.util.HttpResponses;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.zfsbackup.agent.AgentPools;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.ConnectionReport;
import io.jenkins.plugins.zfsbackup.config.ConnectionTest;
import io.jenkins.plugins.zfsbackup.config.HostKeyTrust;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.engine.protocol.DoctorResult.Grade;
import io.jenkins.plugins.zfsbackup.engine.protocol.HostKeyLine;
import io.jenkins.plugins.zfsbackup.keys.KeyFinder;
import io.jenkins.plugins.zfsbackup.keys.KeyInspection;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupStep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import jenkins.model.Jenkins;
import jenkins.model.ParameterizedJobMixIn;
import net.sf.json.JSONObject;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.interceptor.RequirePOST;

/**
 * The form of the {@link SetupPage}. What belongs to the repository alone is checked by {@link BackupRepository}'s
 * descriptor, the rest by the one here. It is never submitted: its buttons ask the descriptor, and show the answer
 * where they stand.
 */
public final class SetupForm implements Describable<SetupForm> {

    /** What a job does that takes snapshots: one a day, of which two weeks stay on the pool. */
    private static final String SNAPSHOT = "daily-%Y-%m-%d";

    private static final String KEEP = "daily=14";

    private SetupForm() {}

    /** The form's checks, lists and buttons. */
    @Extension
    public static final class DescriptorImpl extends Descriptor<SetupForm> {

        @Override
        public String getDisplayName() {
            return Messages.page();
        }

        private static BackupRepository.DescriptorImpl ofRepository() {
            return Jenkins.get().getDescriptorByType(BackupRepository.DescriptorImpl.class);
        }

        /** As the repository's form, but nothing is wrong with a page that somebody has just opened. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckUrl(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return Util.fixNull(value).isBlank()
                    ? FormValidation.ok()
                    : ofRepository().doCheckUrl(value);
        }

        /** Likewise. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckRecipients(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return Util.fixNull(value).isBlank()
                    ? FormValidation.ok()
                    : ofRepository().doCheckRecipients(value, "false");
        }

        /** Makes an SSH key; answers with the id of its credentials. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public HttpResponse doMakeSshKey() throws IOException {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return HttpResponses.okJSON(new JSONObject().element("id", NewCredentials.sshKey()));
        }

        /** Makes a signing key; answers likewise. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public HttpResponse doMakeSigningKey() throws IOException {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return HttpResponses.okJSON(new JSONObject().element("id", NewCredentials.signingKey()));
        }

        /** The OpenPGP keys of Jenkins itself, of which one may be among those who restore. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillRecipientCredentialsIdItems(@QueryParameter String recipientCredentialsId) {
            return KeyFinder.choice(recipientCredentialsId, KeyFinder.OPENPGP_KEYS);
        }

        /**
         * The public keys in a file or in credentials.
         *
         * @param upload a file's content in Base64; precedes the credentials
         * @return {@code keys} in ASCII armor, and a {@code message} if there are none
         */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public HttpResponse doPublicKeys(@QueryParameter String upload, @QueryParameter String credentialsId) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            Optional<String> keys =
                    content(Util.fixNull(upload), Util.fixNull(credentialsId)).flatMap(KeyInspection::publicPart);
            return HttpResponses.okJSON(new JSONObject()
                    .element("keys", keys.orElse(""))
                    .element("message", keys.isPresent() ? "" : Messages.noPublicKey()));
        }

        private static Optional<byte[]> content(String upload, String credentialsId) {
            try {
                return upload.isEmpty()
                        ? openPgpKey(credentialsId)
                        : Optional.of(Base64.getMimeDecoder().decode(upload));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }

        private static Optional<byte[]> openPgpKey(String credentialsId) {
            try {
                return Optional.of(
                        KeyFinder.forAdministrator().openPgpKey(credentialsId).content());
            } catch (IOException e) {
                // There is none, which the checks of the field say.
                return Optional.empty();
            }
        }

        /**
         * Those of the agent, chosen already if there is one alone; why there are none is said by {@link #doCheckPool}.
         */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillPoolItems(@QueryParameter String agent, @QueryParameter String sudo)
                throws InterruptedException {
            ListBoxModel items = new ListBoxModel();
            items.add("");
            if (Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                    && !Util.fixNull(agent).isEmpty()) {
                try {
                    List<String> names =
                            AgentPools.of(agent, Boolean.parseBoolean(sudo)).names();
                    names.forEach(name -> items.add(new ListBoxModel.Option(name, name, names.size() == 1)));
                } catch (IOException e) {
                    return items;
                }
            }
            return items;
        }

        /** Shows the pool's datasets, and which of them would be backed up. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckPool(
                @QueryParameter String value,
                @QueryParameter String agent,
                @QueryParameter String sudo,
                @QueryParameter String include,
                @QueryParameter String exclude,
                @QueryParameter String snapshots)
                throws InterruptedException {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            if (Util.fixNull(agent).isEmpty()) {
                return FormValidation.ok();
            }
            try {
                AgentPools pools = AgentPools.of(agent, Boolean.parseBoolean(sudo));
                List<String> names = pools.names();
                if (names.isEmpty()) {
                    return FormValidation.error(Messages.noPools(agent));
                }
                // Jenkins may ask about the list as it was before it was filled, and show the answer afterwards.
                String pool = Util.fixNull(value).isEmpty() && names.size() == 1 ? names.get(0) : value;
                if (!names.contains(pool)) {
                    return FormValidation.ok();
                }
                return new PoolPreview(
                                pools.datasets(pool),
                                Util.fixNull(include),
                                Util.fixNull(exclude),
                                Boolean.parseBoolean(snapshots))
                        .shown();
            } catch (IOException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        /** Connects to the server from the agent; shows the server's key, to be confirmed, and what else was found. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doConnect(
                @QueryParameter String url,
                @QueryParameter String credentialsId,
                @QueryParameter String recipients,
                @QueryParameter String signingCredentialsId,
                @QueryParameter String agent,
                @QueryParameter String pool,
                @QueryParameter String sudo)
                throws InterruptedException {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            BackupRepository repository = repository("", url, credentialsId, recipients, signingCredentialsId);
            List<FormValidation> errors = new ArrayList<>();
            checkAddress(repository, errors);
            checkPool(agent, pool, errors);
            if (!errors.isEmpty()) {
                return FormValidation.aggregate(errors);
            }
            // No key to encrypt to is needed for the connection, and the form has its own words for a missing one.
            repository.setUnencrypted(Util.fixNull(recipients).isBlank());
            repository.setTrust(HostKeyTrust.FIRST_USE);
            try {
                return shown(new ConnectionTest(repository, agent, pool)
                        .withSudo(Boolean.parseBoolean(sudo))
                        .run());
            } catch (IOException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        private static FormValidation shown(ConnectionReport report) {
            List<FormValidation> said = new ArrayList<>();
            boolean isReached = report.checks().stream()
                    .anyMatch(each -> each.check().equals("repository") && each.grade() != Grade.BAD);
            if (isReached) {
                said.add(FormValidation.ok(Messages.connected()));
            }
            // What is as it should be needs no words here, nor that nothing was stored yet.
            said.add(report.shown(each -> each.grade() == Grade.BAD
                    || each.grade() == Grade.NOTE && !each.check().equals("repository")));
            report.newHostKey()
                    .ifPresent(line -> HostKeyLine.of(line).ifPresent(key -> said.add(confirmation(line, key))));
            return FormValidation.aggregate(said);
        }

        /** The server's key as the form carries it on, and the box to be ticked. */
        private static FormValidation confirmation(String line, HostKeyLine key) {
            return FormValidation.okWithMarkup(Util.escape(Messages.hostKeyShown(key.host()))
                    + "<br><code>" + Util.escape(key.type() + " " + key.fingerprint()) + "</code><br>"
                    + Util.escape(Messages.hostKeyCompare())
                    + "<input type=\"hidden\" name=\"_.hostKeys\" value=\"" + Util.escape(line) + "\">"
                    + "<span class=\"jenkins-checkbox zfs-backup-confirm\">"
                    + "<input type=\"checkbox\" name=\"_.confirmed\" id=\"zfs-backup-confirmed\">"
                    + "<label for=\"zfs-backup-confirmed\">"
                    + Util.escape(Messages.hostKeyConfirm()) + "</label></span>");
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckJobName(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            String name = Util.fixNull(value).strip();
            try {
                Jenkins.checkGoodName(name);
            } catch (Failure e) {
                return FormValidation.error(e.getMessage());
            }
            return Jenkins.get().getItem(name) == null
                    ? FormValidation.ok()
                    : FormValidation.error(Messages.jobNameTaken(name));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckSchedule(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            String schedule = Util.fixNull(value);
            try {
                CronTabList.create(schedule);
            } catch (IllegalArgumentException e) {
                return FormValidation.error(e.getMessage());
            }
            return Jenkins.get()
                    .getDescriptorByType(TimerTrigger.DescriptorImpl.class)
                    .doCheckSpec(schedule, null);
        }

        /** Makes the repository and the job, or says what is still missing and makes nothing. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCreate(
                @QueryParameter String name,
                @QueryParameter String url,
                @QueryParameter String credentialsId,
                @QueryParameter String hostKeys,
                @QueryParameter String confirmed,
                @QueryParameter String recipients,
                @QueryParameter String signingCredentialsId,
                @QueryParameter String agent,
                @QueryParameter String pool,
                @QueryParameter String sudo,
                @QueryParameter String include,
                @QueryParameter String exclude,
                @QueryParameter String snapshots,
                @QueryParameter String jobName,
                @QueryParameter String schedule)
                throws InterruptedException {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            BackupRepository repository = repository(name, url, credentialsId, recipients, signingCredentialsId);
            List<FormValidation> errors = new ArrayList<>();
            keepError(ofRepository().doCheckRecipients(recipients, "false"), errors);
            keepError(ofRepository().doCheckSigningCredentialsId(signingCredentialsId, recipients, ""), errors);
            checkAddress(repository, errors);
            checkHostKey(repository, Util.fixNull(hostKeys), Boolean.parseBoolean(confirmed), errors);
            keepError(ofRepository().doCheckName(name), errors);
            checkPool(agent, pool, errors);
            keepError(doCheckPool(pool, agent, sudo, include, exclude, snapshots), errors);
            keepError(doCheckJobName(jobName), errors);
            keepError(doCheckSchedule(schedule), errors);
            if (!errors.isEmpty()) {
                return FormValidation.aggregate(errors);
            }
            ZfsBackupStep step = new ZfsBackupStep(pool);
            step.setRepository(repository.getName());
            step.setInclude(include);
            step.setExclude(exclude);
            step.setSudo(Boolean.parseBoolean(sudo));
            if (Boolean.parseBoolean(snapshots)) {
                step.setSnapshot(SNAPSHOT);
                step.setKeepSnapshots(KEEP);
            }
            try {
                return made(create(repository, new NewJob(jobName.strip(), node(agent), schedule.strip(), step)));
            } catch (IOException | Failure e) {
                return FormValidation.error(e.getMessage());
            }
        }

        private static Job<?, ?> create(BackupRepository repository, NewJob job) throws IOException {
            openPgpKey(repository.getSigningCredentialsId())
                    .flatMap(KeyInspection::publicPart)
                    .ifPresent(repository::setSigners);
            ZfsBackupConfiguration.get().requireFreeName(repository.getName());
            Job<?, ?> made = job.create();
            ZfsBackupConfiguration.get().addRepository(repository);
            return made;
        }

        private static Node node(String agent) throws AbortException {
            Computer computer = Jenkins.get().getComputer(agent);
            Node node = computer == null ? null : computer.getNode();
            if (node == null) {
                throw new AbortException(Messages.agentMissing());
            }
            return node;
        }

        private FormValidation made(Job<?, ?> job) {
            String context = Stapler.getCurrentRequest2().getContextPath() + "/";
            return FormValidation.okWithMarkup(Util.escape(Messages.made())
                    + " <a href=\"" + Util.escape(context + job.getUrl()) + "\" class=\"zfs-backup-job\">"
                    + Util.escape(job.getFullDisplayName()) + "</a>"
                    + "<br><a href=\""
                    + Util.escape(context + getDescriptorUrl() + "/build?job=" + Util.rawEncode(job.getFullName()))
                    + "\" class=\"post jenkins-button jenkins-button--primary zfs-backup-build\">"
                    + Util.escape(Messages.buildNow()) + "</a>");
        }

        /** Starts a build and shows its job, which the job's own method for scripts does not. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public HttpResponse doBuild(@QueryParameter String job) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            Job<?, ?> made = Jenkins.get().getItemByFullName(Util.fixNull(job), Job.class);
            if (made == null) {
                return HttpResponses.redirectViaContextPath("manage/" + SetupPage.URL + "/");
            }
            ParameterizedJobMixIn.scheduleBuild2(made, 0, new CauseAction(new Cause.UserIdCause()));
            return HttpResponses.redirectViaContextPath(made.getUrl());
        }

        private static BackupRepository repository(
                String name, String url, String credentialsId, String recipients, String signingCredentialsId) {
            BackupRepository repository = new BackupRepository(name, url);
            repository.setCredentialsId(credentialsId);
            repository.setRecipients(recipients);
            repository.setSigningCredentialsId(signingCredentialsId);
            return repository;
        }

        private static void checkAddress(BackupRepository repository, List<FormValidation> errors) {
            keepError(ofRepository().doCheckUrl(repository.getUrl()), errors);
            if (repository.isOnServer() && repository.getCredentialsId().isEmpty()) {
                errors.add(FormValidation.error(Messages.sshKeyMissing()));
            }
            keepError(ofRepository().doCheckCredentialsId(repository.getCredentialsId()), errors);
        }

        private static void checkHostKey(
                BackupRepository repository, String line, boolean confirmed, List<FormValidation> errors) {
            if (!repository.hasAddress() || !repository.isOnServer()) {
                return;
            }
            if (!repository.trust(line)) {
                errors.add(FormValidation.error(Messages.connectFirst()));
            } else if (!confirmed) {
                errors.add(FormValidation.error(Messages.notConfirmed()));
            }
        }

        private static void checkPool(String agent, String pool, List<FormValidation> errors) {
            if (Util.fixNull(agent).isEmpty()) {
                errors.add(FormValidation.error(Messages.agentMissing()));
            } else if (Util.fixNull(pool).isEmpty()) {
                errors.add(FormValidation.error(Messages.poolMissing()));
            }
        }

        private static void keepError(FormValidation said, List<FormValidation> errors) {
            if (said.kind == FormValidation.Kind.ERROR) {
                errors.add(said);
            }
        }
    }
}
