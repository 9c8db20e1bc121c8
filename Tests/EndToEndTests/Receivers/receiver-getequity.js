// GetEquity's guide, its second example. The published page lost the line breaks of its code; they are put back here.
// It answers 200 to a wrong signature too, so what it decided is read from inside its `if`.

const { secret: SECRET } = require('./observe');
process.env.SECRET_KEY = SECRET;
const express = require('express');
const app = express();
app.use(express.json());
app.use((req, res, next) => {
  res.locals.verified = false;
  next();
});

// --- guide
const crypto = require('crypto');
const secret = process.env.SECRET_KEY;
// Using Express
app.post('/webhook-url', function (req, res) {
  //validate event
  const hashParams = Buffer.from(JSON.stringify(req.body));
  const hash = crypto
    .createHmac('sha256', secret)
    .update(hashParams)
    .digest('base64');
  if (hash == req.headers['x-getequity-signature']) {
    // Retrieve the request's body
    const event = req.body;
    // Do something with event
    res.locals.verified = event !== undefined;
  }
  res.send(200);
});
// --- end of guide

app.listen();
