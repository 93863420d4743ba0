/** What happens to a request between its edge and the node that answers it; ports for both. */
@NullMarked
package dev.hanse.node.serving;

import org.jspecify.annotations.NullMarked;
