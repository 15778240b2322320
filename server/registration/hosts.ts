/** Whether a host is one of a list: by its name, or below `*.example.com`. */
export function isAmongHosts(host: string, hosts: readonly string[]): boolean {
  return hosts.some((each) =>
    each.startsWith('*.') ? host.endsWith(each.slice(1)) && host.length > each.length - 1 : host === each,
  );
}
