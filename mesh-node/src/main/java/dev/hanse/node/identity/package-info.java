/** Who this node is: evidence collected, an identity enrolled for, and kept renewed. */
@NullMarked
package dev.hanse.node.identity;

import org.jspecify.annotations.NullMarked;
