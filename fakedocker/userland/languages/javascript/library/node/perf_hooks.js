// perf_hooks: the clock since the start.
'use strict';

const started = __host__.now();
const performance = {
  timeOrigin: Number(started) / 1e6,
  now: () => Number(__host__.now() - started) / 1e6 + 20,
  mark: (name) => ({ name, entryType: 'mark', startTime: performance.now(), duration: 0 }),
  measure: () => __host__.notSimulated('performance.measure'),
  toJSON: () => ({ timeOrigin: performance.timeOrigin }),
};

module.exports = { performance };
