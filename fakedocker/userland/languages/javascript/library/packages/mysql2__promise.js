// mysql2/promise: the same with promises.
'use strict';

module.exports = require('packages/mysql2').promise;
