// os.
'use strict';

const facts = __host__.facts();

module.exports = {
  EOL: '\n',
  arch: () => 'x64',
  platform: () => 'linux',
  type: () => 'Linux',
  release: () => (__host__.readText('/proc/sys/kernel/osrelease') || '').trim(),
  version: () => (__host__.readText('/proc/sys/kernel/version') || '').trim(),
  machine: () => 'x86_64',
  hostname: () => facts.hostname,
  homedir: () => process.env.HOME || '/root',
  tmpdir: () => (process.env.TMPDIR || process.env.TMP || process.env.TEMP || '/tmp').replace(/(.)\/$/, '$1'),
  endianness: () => 'LE',
  uptime: () => Number((__host__.readText('/proc/uptime') || '0').split(' ')[0]),
  loadavg: () => (__host__.readText('/proc/loadavg') || '0 0 0').split(' ').slice(0, 3).map(Number),
  totalmem: () => memory('MemTotal'),
  freemem: () => memory('MemAvailable'),
  cpus: () => {
    const names = (__host__.readText('/proc/cpuinfo') || '').split('\n').filter((line) => line.startsWith('model name'));
    return names.map((line) => ({ model: line.split(':')[1].trim(), speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }));
  },
  availableParallelism: () => module.exports.cpus().length || 1,
  networkInterfaces: () => {
    const found = {};
    for (const [name, address, prefix, mac, internal] of __host__.interfaces()) {
      const family = address.includes(':') ? 'IPv6' : 'IPv4';
      const bits = family === 'IPv4' ? 0xffffffff << (32 - prefix) : 0;
      const netmask = family === 'IPv4' ? [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.') : 'ffff:ffff:ffff:ffff::';
      (found[name] ??= []).push({ address, netmask, family, mac, internal, cidr: `${address}/${prefix}` });
    }
    return found;
  },
  userInfo: () => {
    const line = (__host__.readText('/etc/passwd') || '').split('\n').find((row) => row.split(':')[2] === String(facts.uid));
    const [username, , uid, gid, , homedir, shell] = line ? line.split(':') : ['', '', facts.uid, facts.gid, '', '/', null];
    return { uid: Number(uid), gid: Number(gid), username, homedir, shell };
  },
  constants: { signals: { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGUSR1: 10, SIGUSR2: 12, SIGTERM: 15 } },
  devNull: '/dev/null',
};

function memory(name) {
  const line = (__host__.readText('/proc/meminfo') || '').split('\n').find((row) => row.startsWith(name));
  return line ? Number(/\d+/.exec(line)[0]) * 1024 : 0;
}
