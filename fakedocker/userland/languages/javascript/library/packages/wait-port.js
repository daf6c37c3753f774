// wait-port: waits until somebody listens.
'use strict';

const net = require('net');

const TRY_MS = 1000;
let triesIPv6 = true; // until an address of that family cannot be had: for all that wait in this program

class ValidationError extends Error {
  constructor(message) {
    super(message);
    this.name = 'ValidationError';
  }
}

class ConnectionError extends Error {
  constructor(message) {
    super(message);
    this.name = 'ConnectionError';
  }
}

const write = (text) => process.stdout.write(text);
const OUTPUTS = {
  silent: { starting() {}, tryConnect() {}, connected() {}, timeout() {} },
  dots: {
    starting: ({ host, port }) => write(`Waiting for ${host}:${port}`),
    tryConnect: () => write('.'),
    connected: () => write('\nConnected!\n'),
    timeout: () => write('\nTimeout\n'),
  },
};

function whole(given, name, least) {
  if (!Number.isInteger(given)) throw new ValidationError(`'${name}' must be a number.`);
  if (given < least) throw new ValidationError(`'${name}' must be greater ${least ? 'than 0' : 'or equal to 0'}.`);
  return given;
}

function read(given) {
  const protocol = given.protocol || undefined;
  if (protocol && protocol !== 'http') throw new ValidationError("'protocol' can be nothing or http");
  if (!given.port) throw new ValidationError("'port' is required.");
  const port = whole(given.port, 'port', 1);
  if (port > 65535) throw new ValidationError("'port' must not be greater than 65535.");
  const interval = whole(given.interval || TRY_MS, 'interval', 0);
  const timeout = whole(given.timeout || 0, 'timeout', 0);
  const waitForDns = given.waitForDns || false;
  if (typeof waitForDns !== 'boolean') throw new ValidationError("'wait-for-dns' must be a boolean.");
  const output = given.output || 'dots';
  if (!Object.hasOwn(OUTPUTS, output)) throw new ValidationError(`'output' must be in the set ${Object.keys(OUTPUTS).join(', ')}`);
  return { protocol, port, interval, timeout, waitForDns, output: OUTPUTS[output], host: given.host || 'localhost', path: given.path || '/' };
}

/** Whether somebody answers now. */
function tryOnce({ protocol, host, port, path, waitForDns }, family) {
  return new Promise((resolve, reject) => {
    const socket = net.createConnection({ host, port, family });
    const end = (found) => { clearTimeout(timer); socket.destroy(); resolve(found); };
    const timer = setTimeout(() => end(false), TRY_MS);
    socket.on('connect', () => {
      if (protocol === 'http') socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      else end(true);
    });
    socket.on('data', (data) => end(String(data.toString().split('\n')[0].split(' ')[1]).startsWith('2')));
    socket.on('error', (problem) => {
      if (problem.code === 'ECONNREFUSED' || problem.code === 'ECONNRESET') end(false);
      else if (family === 6) {
        triesIPv6 = false;
        end(false);
      } else if (problem.code === 'ENOTFOUND' && waitForDns) end(false);
      else {
        clearTimeout(timer);
        socket.destroy();
        reject(problem.code === 'ENOTFOUND' ? new ConnectionError(`The address '${host}' cannot be found`) : problem);
      }
    });
  });
}

module.exports = function waitPort(given) {
  return new Promise((resolve, reject) => {
    const asked = read(given);
    const began = Date.now();
    asked.output.starting(asked);
    const look = (ipVersion) => {
      asked.output.tryConnect();
      tryOnce(asked, ipVersion).then((open) => {
        if (open) {
          asked.output.connected();
          resolve({ open: true, ipVersion });
        } else if (asked.timeout && Date.now() - began > asked.timeout) {
          asked.output.timeout();
          resolve({ open: false });
        } else if (triesIPv6 && ipVersion === 4 && !net.isIP(asked.host)) look(6);
        else setTimeout(look, asked.interval, 4);
      }).catch(reject);
    };
    look(4);
  });
};
