package io.jenkins.plugins.zfsbackup.engine.protocol;

/** One of a few choices that has a name in options and documents. */
interface Named {

    /** As options and documents write it. */
    String text();
}
