package dev.hanse.provider.simulated.batching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.seeds.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The pool against a slow model of itself made of the library's collections. */
class BlockPoolPropertyTest {
  private static final int BLOCKS = 12;
  private static final int OPERATIONS = 400;

  @Seeds
  void agreesWithALeastRecentlyUsedModel(long seed) {
    Random random = new Random(seed);
    BlockPool pool = new BlockPool(BLOCKS);
    Map<Integer, Integer> references = new HashMap<>();
    Map<Integer, Long> names = new HashMap<>();
    LinkedHashMap<Integer, Long> idleNamed = new LinkedHashMap<>();

    for (int i = 0; i < OPERATIONS; i++) {
      switch (random.nextInt(4)) {
        case 0 -> {
          int block = pool.take();
          if (references.size() == BLOCKS) {
            assertThat(block).isEqualTo(BlockPool.NONE);
            break;
          }
          assertThat(references).doesNotContainKey(block);
          if (references.size() + idleNamed.size() == BLOCKS) {
            assertThat(block).isEqualTo(idleNamed.firstEntry().getKey());
          } else {
            assertThat(idleNamed).doesNotContainKey(block);
          }
          idleNamed.remove(block);
          names.remove(block);
          references.put(block, 1);
        }
        case 1 -> {
          if (!references.isEmpty()) {
            int block = any(random, references);
            pool.release(block);
            if (references.merge(block, -1, Integer::sum) == 0) {
              references.remove(block);
              if (names.containsKey(block)) {
                idleNamed.put(block, names.get(block));
              }
            }
          }
        }
        case 2 -> {
          if (!references.isEmpty()) {
            int block = any(random, references);
            long name = random.nextInt(BLOCKS * 2);
            pool.name(block, name);
            if (!names.containsKey(block) && !names.containsValue(name)) {
              names.put(block, name);
            }
          }
        }
        default -> {
          long name = random.nextInt(BLOCKS * 2);
          int block = pool.find(name);
          assertThat(block != BlockPool.NONE).isEqualTo(names.containsValue(name));
          if (block != BlockPool.NONE) {
            pool.retain(block);
            idleNamed.remove(block);
            references.merge(block, 1, Integer::sum);
          }
        }
      }
      assertThat(pool.unreferenced()).isEqualTo(BLOCKS - references.size());
      assertThat(pool.named()).isEqualTo(names.size());
    }
  }

  private static int any(Random random, Map<Integer, Integer> references) {
    List<Integer> blocks = new ArrayList<>(references.keySet());
    return blocks.get(random.nextInt(blocks.size()));
  }
}
