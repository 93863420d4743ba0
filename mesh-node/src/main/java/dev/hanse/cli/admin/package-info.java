/** Commands that ask a control plane over its admin API. */
@NullMarked
package dev.hanse.cli.admin;

import org.jspecify.annotations.NullMarked;
