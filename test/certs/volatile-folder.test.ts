import { describe, expect, it } from "vitest";
import { fileSystemOf } from "../../src/certs/volatile-folder.ts";

const MOUNTS = [
  "22 1 0:20 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/a",
  "30 22 8:1 / /data rw - ext4 /dev/sda1 rw",
  "31 30 0:30 / /data/run rw - tmpfs tmpfs rw",
  "32 22 8:2 / /my\\040volume rw,noatime master:3 - xfs /dev/sdb rw",
  "33 22 0:31 / /twice rw - tmpfs tmpfs rw",
  "34 33 8:3 / /twice rw - btrfs /dev/sdc rw",
].join("\n");

describe("the file system of a folder", () => {
  it.each([
    ["/srv/certs", "overlay"],
    ["/data/certs", "ext4"],
    ["/data", "ext4"],
    ["/database/certs", "overlay"],
    ["/data/run/certs", "tmpfs"],
    ["/data/running", "ext4"],
    ["/my volume/certs", "xfs"],
    ["/twice/certs", "btrfs"],
  ])("of %s is %s", (path, type) => {
    expect(fileSystemOf(MOUNTS, path)).toBe(type);
  });

  it.each(["", "nonsense", "1 2 3", "1 2 3 4 / rw -"])("is not known by %j", (text) => {
    expect(fileSystemOf(text, "/srv")).toBeUndefined();
  });
});
