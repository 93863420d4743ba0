/** Two or three threads on one member, millions of times over: what each may see of the others. */
package dev.hanse.hash.stress;
