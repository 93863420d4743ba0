/** What takes several steps and may block: how a machine becomes a member. */
@NullMarked
package dev.hanse.control.workflow;

import org.jspecify.annotations.NullMarked;
