// Pairs of questions for the semantic cache: only paraphrases may be answered by each other's answer.

export type PairKind = 'paraphrase' | 'negation' | 'number' | 'entity' | 'other tenant'
export interface Pair {
  readonly kind: PairKind
  readonly stored: string
  readonly asked: string
}

const PARAPHRASES = `
How do I reset my password? | How can I reset my password?
How do I reset my password? | What are the steps to reset the password?
How can I export a report as PDF? | How do I export the report as a PDF?
What is the refund policy? | Tell me the refund policy
What is the refund policy? | Please explain the refund policy.
Where can I find my invoices? | Where do I find my invoices?
How do I delete my account? | How can I remove my account?
How do I change my email address? | How can I update my email address?
What does the premium plan cost? | What is the price of the premium plan?
Which file formats are supported? | What file formats are supported?
How do I install the command line tool? | How can I install the command line tool?
Can I share a folder with my team? | How do I share a folder with my team?
How do I invite a new user? | How can I invite a new user?
What is the maximum upload size? | Tell me the maximum upload size
How do I enable two-factor authentication? | How can I enable two-factor authentication?
How do I connect to the database? | How can I connect to the database?
Why is my query slow? | Why is the query so slow?
How do I create an index? | How can I create an index?
What is a vector database? | Explain what a vector database is
What is a vector database? | What is a vector database exactly?
How does chunking work? | Explain how chunking works
How do I rotate an API key? | How can I rotate my API key?
When does my subscription renew? | When will my subscription renew?
How do I cancel the subscription? | How can I cancel my subscription?
What are the opening hours? | Tell me the opening hours please
Who approves travel expenses? | Who is it that approves travel expenses?
How long is the warranty? | How long is the warranty please?
How do I report a bug? | How can I report a bug?
What is the average response time? | Show me the average response time
How do I restore a backup? | How can I restore the backup?
How do I restore a deleted file? | How can I recover a deleted file?
Where are the logs stored? | Where do the logs get stored?
How do I start the server? | How can I launch the server?
How do I stop a running job? | How can I stop the running job?
How do I fix a certificate error? | How can I resolve a certificate error?
What is the default timeout? | What's the default timeout?
How do I contact support? | How can I contact the support?
Summarise the third quarter report | Please summarise the third quarter report
What is retrieval augmented generation? | Explain retrieval augmented generation
What did the auditors find? | Tell me what the auditors found
How do I tune the cache? | How can I tune the cache?
How are embeddings computed? | Tell me how embeddings are computed
How do I set an environment variable? | How can I set the environment variable?
What is our parental leave policy? | Describe our parental leave policy
How do I merge two accounts? | How can I merge two accounts?
`
const NEGATIONS = `
Can I get a refund after delivery? | Can I not get a refund after delivery?
Which plans include support? | Which plans do not include support?
Which regions are covered by the warranty? | Which regions are not covered by the warranty?
Is the data encrypted at rest? | Is the data not encrypted at rest?
Which users have access to the folder? | Which users have no access to the folder?
What happens if I accept the terms? | What happens if I don't accept the terms?
List the documents with a signature | List the documents without a signature
Which tests pass on Windows? | Which tests never pass on Windows?
Should I restart the server after the update? | Shouldn't I restart the server after the update?
Show orders that were delivered | Show orders that weren't delivered
Which invoices have been paid? | Which invoices haven't been paid?
Does the tool work offline? | Does the tool not work offline?
Can employees work from abroad? | Can't employees work from abroad?
Which endpoints require a token? | Which endpoints don't require a token?
Is smoking allowed in the office? | Isn't smoking allowed in the office?
What files are included in the backup? | What files are excluded from the backup?
Which vitamins are safe during pregnancy? | Which vitamins are unsafe during pregnancy?
Is this mushroom edible? | Is this mushroom inedible?
Which requests are authorised? | Which requests are unauthorised?
Is the licence compatible with ours? | Is the licence incompatible with ours?
Why is the service available? | Why is the service unavailable?
Which results are relevant? | Which results are irrelevant?
How do I enable notifications? | How do I disable notifications?
How do I activate the plugin? | How do I deactivate the plugin?
How do I mount the volume? | How do I unmount the volume?
How do I lock the account? | How do I unlock the account?
How do I increase the limit? | How do I decrease the limit?
Why did the costs rise? | Why did the costs fall?
Who gained market share? | Who lost market share?
What are the advantages of sharding? | What are the disadvantages of sharding?
Which tickets are open? | Which tickets are closed?
How do I import contacts? | How do I export contacts?
How do I encrypt a file? | How do I decrypt a file?
When should I scale up the cluster? | When should I scale down the cluster?
How do I turn on logging? | How do I turn off logging?
What must be done before the release? | What must be done after the release?
Is aspirin good for headaches? | Is aspirin bad for headaches?
Which customers renewed their contract? | Which customers failed to renew their contract?
Can I upgrade my plan? | Can I downgrade my plan?
Is it legal to record a call? | Is it illegal to record a call?
Everyone may enter the lab | Nobody may enter the lab
Which servers always respond? | Which servers hardly respond?
Which rows contain duplicates? | Which rows lack duplicates?
What is the minimum balance? | What is the maximum balance?
`
const NUMBERS = `
What changed in version 2? | What changed in version 3?
What were the sales in 2023? | What were the sales in 2024?
How do I migrate to Node 18? | How do I migrate to Node 20?
Summarise chapter 4 | Summarise chapter 5
What is the dose for 10 kg? | What is the dose for 100 kg?
Show the top 5 customers | Show the top 10 customers
What does article 12 say? | What does article 21 say?
How do I open port 80? | How do I open port 8080?
What is the tax on 1,000 euros? | What is the tax on 10,000 euros?
What is 15 percent of the revenue? | What is 50 percent of the revenue?
Who won the election in 2016? | Who won the election in 2020?
Is 3.5 percent interest high? | Is 35 percent interest high?
What is the limit for one user? | What is the limit for two users?
How many seats does plan three have? | How many seats does plan four have?
What does error 404 mean? | What does error 403 mean?
What is the weather at 6 am? | What is the weather at 6 pm?
Compare the first and the second quarter | Compare the first and the third quarter
What happened on 1 March? | What happened on 11 March?
Show invoices above 500 dollars | Show invoices above 5000 dollars
What is the salary at grade 7? | What is the salary at grade 8?
How do I use TLS 1.2? | How do I use TLS 1.3?
Which rooms hold 20 people? | Which rooms hold 200 people?
What is the fee for -5 degrees? | What is the fee for 5 degrees?
What was the budget of Q1? | What was the budget of Q2?
What does paragraph 3 of section 2 say? | What does paragraph 2 of section 3 say?
How long are 30 miles? | How long are 30 kilometres?
Is a balance of 0.5 enough? | Is a balance of 0.05 enough?
Show tickets older than 7 days | Show tickets older than 7 weeks
What does HTTP 500 mean? | What does HTTP 501 mean?
What is the population of district 9? | What is the population of district 6?
Which release had 12 bugs? | Which release had 120 bugs?
How do I round to 2 decimals? | How do I round to 4 decimals?
What are the rules for under 18? | What are the rules for under 21?
How much is 5 GB of storage? | How much is 5 TB of storage?
What is the distance of flight 212? | What is the distance of flight 221?
What is step 1? | What is step 2?
Explain theorem 1.4 | Explain theorem 4.1
What did the minutes of 12 May say? | What did the minutes of 13 May say?
Who scored in minute 90? | Who scored in minute 19?
How do I read data from S3? | How do I read data from S4?
What is the price of 2 tickets? | What is the price of 20 tickets?
Which trains leave at 14:30? | Which trains leave at 15:30?
What is the twelfth amendment? | What is the second amendment?
What is the half of the stock? | What is the double of the stock?
`
const ENTITIES = `
What is the capital of Australia? | What is the capital of Austria?
Who founded Microsoft? | Who founded Apple?
How do I deploy to AWS? | How do I deploy to Azure?
What are the side effects of ibuprofen? | What are the side effects of paracetamol?
How do I connect to Postgres? | How do I connect to MySQL?
How do I migrate from MySQL to Postgres? | How do I migrate from Postgres to MySQL?
Summarise the contract with Acme | Summarise the contract with Globex
What is the revenue of Siemens? | What is the revenue of Bosch?
Where is the head office of Tesla? | Where is the head office of Toyota?
What is the email of Anna Schmidt? | What is the email of Anna Schneider?
How do I install Python on Windows? | How do I install Python on Linux?
What is the exchange rate of the dollar? | What is the exchange rate of the euro?
When does the Berlin office open? | When does the Paris office open?
Which vaccines are needed for Kenya? | Which vaccines are needed for Ghana?
What is the holiday policy in Germany? | What is the holiday policy in France?
How do I cook rice? | How do I cook pasta?
What did Alice say to Bob? | What did Bob say to Alice?
Is Java faster than Python? | Is Python faster than Java?
Who is the manager of the sales team? | Who is the manager of the legal team?
How do I write a loop in rust? | How do I write a loop in go?
What is the boiling point of water? | What is the boiling point of ethanol?
How do I configure nginx? | How do I configure apache?
Show the roadmap of project Falcon | Show the roadmap of project Eagle
What is the status of ticket ABC-123? | What is the status of ticket ABD-123?
When was Mozart born? | When was Beethoven born?
How do I fly from Rome to Oslo? | How do I fly from Oslo to Rome?
What is the dosage of insulin for cats? | What is the dosage of insulin for dogs?
Which port does redis use? | Which port does kafka use?
What is the menu on Monday? | What is the menu on Tuesday?
Who wrote Hamlet? | Who wrote Faust?
How do I reset my router? | How do I reset my printer?
What is the return policy for shoes? | What is the return policy for books?
Who are the shareholders of the company? | Who are the employees of the company?
How far is the moon? | How far is the sun?
What is the syntax of SQL joins? | What is the syntax of SQL unions?
How do I delete a branch in git? | How do I delete a tag in git?
What is the API limit of OpenAI? | What is the API limit of Anthropic?
Summarise the meeting with the board | Summarise the meeting with the union
What does the red light mean? | What does the green light mean?
Convert pounds to euros | Convert euros to pounds
How do I renew my passport? | How do I renew my visa?
What is the password policy for admins? | What is the password policy for guests?
Where is the server in Frankfurt? | Where is the server in Dublin?
How do I format a date in JavaScript? | How do I format a date in TypeScript?
`
const read = (kind: PairKind, text: string): Pair[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [stored, asked] = line.split(' | ') as [string, string]
      return { kind, stored, asked }
    })

const paraphrases = read('paraphrase', PARAPHRASES)

/** Stored for one tenant, asked by another: the same words, and other words for the same. */
const others = paraphrases.map(({ stored, asked }, index): Pair => ({ kind: 'other tenant', stored, asked: index % 2 ? asked : stored }))

export const PAIRS: readonly Pair[] = [
  ...paraphrases,
  ...read('negation', NEGATIONS),
  ...read('number', NUMBERS),
  ...read('entity', ENTITIES),
  ...others
]
