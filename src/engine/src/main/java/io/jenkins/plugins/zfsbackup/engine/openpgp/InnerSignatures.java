package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPOnePassSignature;
import org.bouncycastle.openpgp.PGPOnePassSignatureList;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;

/**
 * The signatures inside one message, checked while its content goes by. They come in two forms: announced before the content and
 * given behind it (one-pass), or, from very old programs, given before the content.
 */
final class InnerSignatures {
    private final Verification.By verification;
    private final List<OnePass> announced = new ArrayList<>();
    private final List<Leading> leading = new ArrayList<>();
    private final List<String> objections = new ArrayList<>();
    private final List<String> strangers = new ArrayList<>();
    private Optional<SignatureCheck> good = Optional.empty();

    InnerSignatures(Verification.By verification) {
        this.verification = verification;
    }

    private record OnePass(PGPOnePassSignature hashing, VerificationKeys.Signer signer) {
        boolean announces(PGPSignature signature) {
            return hashing.getKeyID() == signature.getKeyID()
                    && hashing.getSignatureType() == signature.getSignatureType()
                    && hashing.getHashAlgorithm() == signature.getHashAlgorithm();
        }
    }

    private record Leading(PGPSignature signature, VerificationKeys.Signer signer) {}

    /** The content's signatures are going to follow it. */
    void announced(PGPOnePassSignatureList list) {
        for (PGPOnePassSignature onePass : list) {
            signer(onePass.getKeyID()).ifPresent(signer -> {
                try {
                    onePass.init(HashedSignature.verifying(), signer.part().key());
                    announced.add(new OnePass(onePass, signer));
                } catch (PGPException | RuntimeException e) {
                    objections.add("the signature by " + signer.certificate() + " can't be checked: " + e.getMessage());
                }
            });
        }
    }

    /** The content's signatures, before it. */
    void leading(PGPSignatureList list) {
        for (PGPSignature signature : list) {
            signer(signature.getKeyID()).ifPresent(signer -> {
                try {
                    signature.init(HashedSignature.verifying(), signer.part().key());
                    leading.add(new Leading(signature, signer));
                } catch (PGPException | RuntimeException e) {
                    objections.add("the signature by " + signer.certificate() + " can't be checked: " + e.getMessage());
                }
            });
        }
    }

    private Optional<VerificationKeys.Signer> signer(long keyId) {
        Optional<VerificationKeys.Signer> signer = verification.keys().signer(keyId);
        if (signer.isEmpty()) {
            strangers.add(Certificate.hex(keyId));
        }
        return signer;
    }

    /** Some of the content. */
    void update(byte[] content, int offset, int length) {
        announced.forEach(onePass -> onePass.hashing().update(content, offset, length));
        leading.forEach(given -> given.signature().update(content, offset, length));
    }

    /** The announced signatures, behind the content. */
    void trailing(PGPSignatureList list) {
        for (PGPSignature signature : list) {
            announced.stream()
                    .filter(onePass -> onePass.announces(signature))
                    .findFirst()
                    .ifPresent(onePass -> {
                        announced.remove(onePass);
                        judge(onePass.signer(), signature, () -> onePass.hashing().verify(signature));
                    });
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
     * Who has signed, after the end of the message.
     *
     * @return the first good signature; empty if there is none and none is required
     * @throws IntegrityException if there is no good one, and one is required or there is a bad one
     */
    Optional<SignatureCheck> outcome() throws IntegrityException {
        leading.forEach(given -> judge(given.signer(), given.signature(), () -> given.signature().verify()));
        leading.clear();
        announced.forEach(onePass ->
                objections.add("the signature by " + onePass.signer().certificate() + " is announced but missing"));
        announced.clear();
        if (good.isEmpty() && (verification.required() || !objections.isEmpty())) {
            throw new IntegrityException(
                    "checking the signature of an OpenPGP message",
                    objections.isEmpty() ? absence() : String.join("; ", objections),
                    "Find out who has written the message before you trust it.");
        }
        return good;
    }

    private String absence() {
        return strangers.isEmpty()
                ? "it is not signed"
                : "it is signed by " + String.join(", ", strangers) + ", which is none of the keys given";
    }
}
