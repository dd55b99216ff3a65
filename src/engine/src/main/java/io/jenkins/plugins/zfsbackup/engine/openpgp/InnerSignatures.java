package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPOnePassSignature;
import org.bouncycastle.openpgp.PGPSignature;

/**
 * The signatures inside a message, which are checked while its content is read. There are two forms: announced before
 * the content and stored after it (one-pass), or, from very old programs, stored before the content.
 */
final class InnerSignatures {
    private final Verification.By verification;
    private final List<OnePass> announced = new ArrayList<>();
    private int announcements;
    private final List<Leading> leading = new ArrayList<>();
    private final List<String> objections = new ArrayList<>();
    private final Set<String> strangers = new LinkedHashSet<>();
    private final Set<String> unreadable = new LinkedHashSet<>();
    private Optional<SignatureCheck> good = Optional.empty();

    InnerSignatures(Verification.By verification) {
        this.verification = verification;
    }

    /**
     * An announced signature, for one of its possible signers.
     *
     * @param number the position of the announcement
     */
    private record OnePass(int number, PGPOnePassSignature hashing, VerificationKeys.Signer signer) {
        boolean announces(PGPSignature signature) {
            return hashing.getKeyID() == signature.getKeyID()
                    && hashing.getSignatureType() == signature.getSignatureType()
                    && hashing.getHashAlgorithm() == signature.getHashAlgorithm();
        }
    }

    private record Leading(PGPSignature signature, VerificationKeys.Signer signer) {}

    /** Handles a packet before the content: the announcement of a signature, or a signature. */
    void before(Packet packet) {
        try {
            if (packet.type() == PacketTags.ONE_PASS_SIGNATURE) {
                announced(packet);
            } else {
                leading(packet);
            }
        } catch (IOException e) {
            passOver(e);
        }
    }

    /** A signature that can't be read must not hide the others. */
    private void passOver(IOException why) {
        unreadable.add(
                why instanceof UnsupportedException ? Reason.of(why) + ", which is unknown here" : Reason.of(why));
    }

    private void announced(Packet packet) throws IOException {
        PGPOnePassSignature announcement = SignaturePackets.announcement(packet);
        List<VerificationKeys.Signer> signers = verification.keys().signers(announcement.getKeyIdentifier());
        if (signers.isEmpty()) {
            strangers.add(Certificate.hex(announcement.getKeyID()));
        }
        announcements++;
        for (VerificationKeys.Signer signer : signers) {
            PGPOnePassSignature hashing = SignaturePackets.announcement(packet);
            try {
                hashing.init(HashedSignature.verifying(), signer.key());
                announced.add(new OnePass(announcements, hashing, signer));
            } catch (PGPException | RuntimeException e) {
                objections.add(signer.uncheckable(e));
            }
        }
    }

    private void leading(Packet packet) throws IOException {
        PGPSignature given = SignaturePackets.signature(packet);
        List<VerificationKeys.Signer> signers = verification.keys().signers(given);
        if (signers.isEmpty()) {
            strangers.add(Certificate.hex(given.getKeyID()));
        }
        for (VerificationKeys.Signer signer : signers) {
            PGPSignature hashing = SignaturePackets.signature(packet);
            try {
                hashing.init(HashedSignature.verifying(), signer.key());
                leading.add(new Leading(hashing, signer));
            } catch (PGPException | RuntimeException e) {
                objections.add(signer.uncheckable(e));
            }
        }
    }

    /** Adds a part of the content. */
    void update(byte[] content, int offset, int length) {
        announced.forEach(onePass -> onePass.hashing().update(content, offset, length));
        leading.forEach(given -> given.signature().update(content, offset, length));
    }

    /** Handles a packet after the content: an announced signature. */
    void trailing(Packet packet) {
        try {
            trailing(SignaturePackets.signature(packet));
        } catch (IOException e) {
            passOver(e);
        }
    }

    private void trailing(PGPSignature signature) {
        // The announcements enclose the content, so the signature that was announced last comes first.
        int number = announced.stream()
                .filter(onePass -> onePass.announces(signature))
                .mapToInt(OnePass::number)
                .max()
                .orElse(0);
        for (OnePass onePass :
                announced.stream().filter(each -> each.number() == number).toList()) {
            announced.remove(onePass);
            judge(onePass.signer(), signature, () -> onePass.hashing().verify(signature));
        }
    }

    private void judge(
            VerificationKeys.Signer signer, PGPSignature signature, VerificationKeys.Computation computation) {
        Optional<String> objection = signer.objection(signature, computation);
        objection.ifPresent(objections::add);
        if (objection.isEmpty() && good.isEmpty()) {
            good = Optional.of(signer.check(signature));
        }
    }

    /**
     * The signer, after the end of the message.
     *
     * @return the first valid signature
     * @throws IntegrityException if there is no valid one
     */
    SignatureCheck outcome() throws IntegrityException {
        leading.forEach(given ->
                judge(given.signer(), given.signature(), () -> given.signature().verify()));
        leading.clear();
        announced.forEach(onePass ->
                objections.add("the signature by " + onePass.signer().certificate() + " is announced but missing"));
        announced.clear();
        return good.orElseThrow(() -> new IntegrityException(
                "checking the signature of an OpenPGP message",
                objections.isEmpty() ? absence() : String.join("; ", objections),
                "Find out who has written the message before you trust it."));
    }

    private String absence() {
        List<String> found = new ArrayList<>();
        if (!strangers.isEmpty()) {
            found.add("it is signed by " + String.join(", ", strangers) + ", which is none of the keys given");
        }
        unreadable.forEach(what -> found.add("among its signatures is " + what));
        return found.isEmpty() ? "it is not signed" : String.join("; ", found);
    }
}
