package io.jenkins.plugins.zfsbackup.steps;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who is at work on which pool, so that two builds never back up the same one at once, in whatever jobs they are. A
 * pool is known by its agent and its name.
 */
final class PoolQueue {

    private static final Map<Pool, Owner> OWNERS = new HashMap<>();

    private PoolQueue() {}

    private record Pool(String agent, String name) {}

    /**
     * Who has a pool.
     *
     * @param run its id
     * @param build its name, for messages
     */
    record Owner(String run, String build) {}

    /**
     * Takes the pool, if nobody has it.
     *
     * @return who has it instead; empty if it is taken now, or was by the same run
     */
    static synchronized Optional<Owner> take(String agent, String pool, Owner who) {
        Owner owner = OWNERS.putIfAbsent(new Pool(agent, pool), who);
        return Optional.ofNullable(owner).filter(other -> !other.run().equals(who.run()));
    }

    /** Gives it back, if this run has it. */
    static synchronized void release(String agent, String pool, String run) {
        Pool key = new Pool(agent, pool);
        Owner owner = OWNERS.get(key);
        if (owner != null && owner.run().equals(run)) {
            OWNERS.remove(key);
        }
    }
}
