package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.bcpg.AEADAlgorithmTags;
import org.bouncycastle.bcpg.AEADUtils;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.bcpg.SymmetricEncIntegrityPacket;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.operator.bc.BcAEADUtil;

/** The packet with the encrypted data of a message. Its header has been read. */
sealed interface EncryptedPacket {
    int VERSION_1 = 1;
    int VERSION_2 = 2;

    /**
     * The content of the packet.
     *
     * @return a stream whose end is only reported if the content is complete and unchanged
     * @throws UnsupportedException if the key is for another cipher than that of the packet
     */
    InputStream content(SessionKey key) throws IOException;

    /**
     * Present if its session keys are in packets of version 6, which do not contain the cipher; otherwise they are in
     * packets of version 3 (RFC 9580, section 10.3.2.1).
     */
    Optional<SymmetricEncIntegrityPacket> forVersion6();

    /** With a modification detection code. */
    record WithCode(InputStream body) implements EncryptedPacket {
        @Override
        public InputStream content(SessionKey key) throws IOException {
            return new MdcInput(key, body);
        }

        @Override
        public Optional<SymmetricEncIntegrityPacket> forVersion6() {
            return Optional.empty();
        }
    }

    /**
     * As specified by LibrePGP. GnuPG writes it since 2.3 to keys that request it.
     *
     * @param body the packet after its header
     */
    record LibrePgp(Aead aead, byte[] nonce, InputStream body) implements EncryptedPacket {
        @Override
        public InputStream content(SessionKey key) throws IOException {
            byte[] header = aead.header(PacketTags.AEAD_ENC_DATA, VERSION_1);
            return new AeadInput(aead.scheme(key, key.key(), nonce, header, true), body);
        }

        @Override
        public Optional<SymmetricEncIntegrityPacket> forVersion6() {
            return Optional.empty();
        }
    }

    /**
     * As specified by RFC 9580, section 5.13.2.
     *
     * @param body the packet after its header
     */
    record Salted(Aead aead, byte[] salt, InputStream body) implements EncryptedPacket {
        @Override
        public InputStream content(SessionKey key) throws IOException {
            byte[] header = aead.header(PacketTags.SYM_ENC_INTEGRITY_PRO, VERSION_2);
            HKDFBytesGenerator derivation = new HKDFBytesGenerator(new SHA256Digest());
            derivation.init(new HKDFParameters(key.key(), salt, header));
            int keyLength = aead.algorithm().keyLength();
            byte[] derived = new byte[keyLength + aead.nonceLength() - Long.BYTES];
            derivation.generateBytes(derived, 0, derived.length);
            byte[] nonce = Arrays.copyOf(Arrays.copyOfRange(derived, keyLength, derived.length), aead.nonceLength());
            return new AeadInput(aead.scheme(key, Arrays.copyOf(derived, keyLength), nonce, header, false), body);
        }

        @Override
        public Optional<SymmetricEncIntegrityPacket> forVersion6() {
            return Optional.of(SymmetricEncIntegrityPacket.createVersion2Packet(
                    aead.algorithm().tag(), aead.mode(), 0, salt.clone()));
        }
    }

    /**
     * The authenticated encryption of the data.
     *
     * @param algorithm the cipher
     * @param mode the OpenPGP number of the AEAD mode
     * @param chunkSize the octet that encodes the size of the chunks
     */
    record Aead(SymmetricAlgorithm algorithm, int mode, int chunkSize) {
        /** The greatest octet whose size fits into 64 bits; also the limit of GnuPG. */
        private static final int MOST_CHUNK_SIZE = 56;

        private static final int SMALLEST_CHUNK_BITS = 6;

        private static Aead read(InputStream body) throws IOException {
            SymmetricAlgorithm algorithm = SymmetricAlgorithm.of(octet(body));
            int mode = octet(body);
            int chunkSize = octet(body);
            boolean known =
                    mode == AEADAlgorithmTags.EAX || mode == AEADAlgorithmTags.OCB || mode == AEADAlgorithmTags.GCM;
            if (!known) {
                throw new UnsupportedException("AEAD algorithm " + mode);
            }
            if (algorithm.blockLength() != 16) {
                throw new UnsupportedException("AEAD with symmetric algorithm " + algorithm.tag());
            }
            if (chunkSize > MOST_CHUNK_SIZE) {
                throw new UnsupportedException("chunk size " + chunkSize);
            }
            return new Aead(algorithm, mode, chunkSize);
        }

        private int nonceLength() {
            return AEADUtils.getIVLength(mode);
        }

        private byte[] header(int type, int version) {
            return new byte[] {
                (byte) (0xC0 | type), (byte) version, (byte) algorithm.tag(), (byte) mode, (byte) chunkSize
            };
        }

        private AeadInput.Scheme scheme(SessionKey session, byte[] key, byte[] nonce, byte[] header, boolean numbered)
                throws IOException {
            if (session.algorithm() != algorithm) {
                throw new IOException("its session key is for another cipher than its data");
            }
            try {
                return new AeadInput.Scheme(
                        BcAEADUtil.createAEADCipher(algorithm.tag(), mode),
                        new KeyParameter(key),
                        nonce,
                        header,
                        numbered,
                        1L << chunkSize + SMALLEST_CHUNK_BITS);
            } catch (PGPException e) {
                throw new UnsupportedException(
                        "AEAD algorithm " + mode + " with symmetric algorithm " + algorithm.tag());
            }
        }
    }

    /**
     * Opens the packet.
     *
     * @param type the type of the packet
     * @param body the packet after its header
     */
    static EncryptedPacket open(int type, InputStream body) throws IOException {
        int version = octet(body);
        if (type == PacketTags.AEAD_ENC_DATA && version == VERSION_1) {
            Aead aead = Aead.read(body);
            return new LibrePgp(aead, octets(body, aead.nonceLength()), body);
        }
        if (type == PacketTags.SYM_ENC_INTEGRITY_PRO && version == VERSION_1) {
            return new WithCode(body);
        }
        if (type == PacketTags.SYM_ENC_INTEGRITY_PRO && version == VERSION_2) {
            Aead aead = Aead.read(body);
            return new Salted(aead, octets(body, SALT), body);
        }
        throw new UnsupportedException("version " + version + " of encrypted packets of type " + type);
    }

    /** The size of the salt of version 2 in bytes. */
    int SALT = 32;

    private static int octet(InputStream body) throws IOException {
        return octets(body, 1)[0] & 0xFF;
    }

    private static byte[] octets(InputStream body, int count) throws IOException {
        byte[] octets = body.readNBytes(count);
        if (octets.length < count) {
            throw new EOFException("its encrypted packet is cut");
        }
        return octets;
    }
}
