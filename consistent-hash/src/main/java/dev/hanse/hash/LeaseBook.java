package dev.hanse.hash;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of leases there are, by number. Posts get blocks as they need them and give them back
 * when they have left and their leases have ended. Claiming and finding a lease neither lock nor
 * allocate; getting a further block does both.
 */
final class LeaseBook {
  private final AtomicReferenceArray<@Nullable LeaseBlock> blocks;

  /** Numbers not in use, and the generation to go on with; guarded by this. */
  private final ArrayDeque<Vacancy> vacancies = new ArrayDeque<>();

  /** Blocks of posts that have left, not all of whose leases have ended; guarded by this. */
  private final List<LeaseBlock> closing = new ArrayList<>();

  /** First number never used so far; guarded by this. */
  private int unused;

  LeaseBook(int maxLeases) {
    this.blocks =
        new AtomicReferenceArray<>((maxLeases + LeaseBlock.PLACES - 1) / LeaseBlock.PLACES);
  }

  private record Vacancy(int number, int generation) {}

  /** A new lease, or the code of {@link Refusal#LEASES_EXHAUSTED}. */
  long claim(Post post, long tokens) {
    while (true) {
      LeaseBlock[] own = post.blocks();
      for (int i = own.length - 1; i >= 0; i--) {
        long lease = own[i].claim(tokens);
        if (lease >= 0) {
          return lease;
        }
      }
      if (!extend(post, own.length)) {
        return Refusal.LEASES_EXHAUSTED.code();
      }
    }
  }

  private synchronized boolean extend(Post post, int seen) {
    if (post.blocks().length != seen) {
      return true;
    }
    if (unused == blocks.length() && vacancies.isEmpty()) {
      sweep();
    }
    Vacancy vacancy = vacancies.poll();
    if (vacancy == null) {
      if (unused == blocks.length()) {
        return false;
      }
      vacancy = new Vacancy(unused++, 0);
    }
    var block = new LeaseBlock(vacancy.number(), post, vacancy.generation());
    blocks.set(vacancy.number(), block);
    post.add(block);
    if (!post.isListed()) {
      closing.add(block);
    }
    return true;
  }

  /** Where a lease is or was; null when there is no such block now. */
  @Nullable LeaseBlock block(long lease) {
    int number = LeaseBlock.blockOf(lease);
    if (lease < 0 || number >= blocks.length()) {
      throw new IllegalArgumentException("not a lease: " + lease);
    }
    return blocks.get(number);
  }

  /** Strikes a post that leaves, and takes back its blocks, now or as its leases end. */
  synchronized void retire(Post post) {
    post.strike();
    closing.addAll(List.of(post.blocks()));
    sweep();
  }

  /** Takes back the blocks whose last lease has ended. */
  synchronized void sweep() {
    closing.removeIf(block -> {
      boolean closed = block.close();
      if (closed) {
        blocks.set(block.number(), null);
        vacancies.add(new Vacancy(block.number(), block.nextGeneration()));
      }
      return closed;
    });
  }

  /** How many leases are out; counts them all. */
  int out() {
    int out = 0;
    for (int number = 0; number < blocks.length(); number++) {
      LeaseBlock block = blocks.get(number);
      out += block == null ? 0 : block.out();
    }
    return out;
  }
}
