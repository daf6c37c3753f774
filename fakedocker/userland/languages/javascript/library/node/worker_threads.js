// worker_threads, for a program that has no thread but its first.
'use strict';

module.exports = { isMainThread: true, parentPort: null, workerData: null, threadId: 0, resourceLimits: {} };
