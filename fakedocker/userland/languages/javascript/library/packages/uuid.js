// uuid, version 4.
'use strict';

const { randomUUID } = require('crypto');
const PATTERN = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|00000000-0000-0000-0000-000000000000)$/i;

function absent(name) {
  return () => __host__.notSimulated(`uuid.${name}`);
}

module.exports = {
  v4: () => randomUUID(), v1: absent('v1'), v3: absent('v3'), v5: absent('v5'), v7: absent('v7'), NIL: '00000000-0000-0000-0000-000000000000',
  validate: (text) => typeof text === 'string' && PATTERN.test(text), version: (text) => parseInt(text[14], 16),
};
