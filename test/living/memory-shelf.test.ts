import { describeIndexShelf } from "./index-shelf-contract.ts";
import { MemoryShelfRoom } from "./memory-shelf.ts";

describeIndexShelf("the tests' own shelf", async () => {
  const room = new MemoryShelfRoom();
  return {
    replica: () => room.replica(),
    spread: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
});
