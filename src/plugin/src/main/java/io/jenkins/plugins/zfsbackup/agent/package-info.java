/**
 * Runs the engine on an agent: brings its jar there, hands it a request, follows its process through durable-task, and
 * reads back what it left. What comes from an agent is taken for hostile: sizes are bounded, forms are checked. Nothing
 * here knows of steps, jobs or pages.
 */
package io.jenkins.plugins.zfsbackup.agent;
