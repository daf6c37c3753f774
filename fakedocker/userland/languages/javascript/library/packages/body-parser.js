// body-parser: what express has of it.
'use strict';

const { json, urlencoded, text, raw } = require('packages/express');

module.exports = { json, urlencoded, text, raw };
