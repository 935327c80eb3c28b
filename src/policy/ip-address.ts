/** The comparison of an address with a block of addresses. */
import { BlockList, isIP } from "node:net";

/** Whether the address is in the block; undefined if either is malformed. */
export function matchAddress(address: string, block: string): boolean | undefined {
  const [network = "", length, ...rest] = block.split("/");
  const [family, bits] = isIP(network) === 6 ? (["ipv6", 128] as const) : (["ipv4", 32] as const);
  const prefix = length === undefined ? bits : Number(length);
  const isBlock = isIP(network) !== 0 && rest.length === 0 && length !== "" && Number.isInteger(prefix);
  if (!isBlock || prefix < 0 || prefix > bits || isIP(address) === 0) return undefined;
  if (isIP(address) !== isIP(network)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(address, family);
}
