-- The relation cloudtrail_record over the table above: the array's rows as columns, named as Athena's own table names them.
SELECT r.*, t.account, t.region, t.day, t."$path" AS object_uri
FROM {{table}} AS t
CROSS JOIN UNNEST(t.records) AS r (
  eventversion, useridentity, eventtime, eventsource, eventname, awsregion, sourceipaddress, useragent, errorcode, errormessage,
  requestparameters, responseelements, additionaleventdata, requestid, eventid, readonly, resources, eventtype, apiversion,
  recipientaccountid, serviceeventdetails, sharedeventid, vpcendpointid, vpcendpointaccountid, eventcategory, addendum,
  sessioncredentialfromconsole, edgedevicedetails, tlsdetails
)
{{where}}
