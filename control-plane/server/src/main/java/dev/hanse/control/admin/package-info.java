/** What operators ask and command over HTTP. */
@NullMarked
package dev.hanse.control.admin;

import org.jspecify.annotations.NullMarked;
