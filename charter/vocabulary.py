"""Words that returns write with a capital, and that name no person; and what begins a sentence."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INSTITUTIONS = _words(
    """A Access Accessible Act Adult Advice Advocacy Agency All An Annual App Appointment
    Appointments April Arabic Area Assessment Assistant Assistants Audit August Authority Autumn
    Award Bank Barnardo Barnardo’s Barnardo's Bengali Board Book British Bulletin Business Call
    Cancer Card Care Carer Carers Catholic Central Centre Champion Champions Chair Chaplain
    Chaplaincy Chapel Charity Charter Chief Children Christian Christmas Clinic Clinical CNWL
    Code Coffee College Commission Commissioner Commissioners Commissioning Committee Community
    Complaints Consent Contact Contract Council Court Custody Day December Delivery Dental
    Department Deputy Desk Development Digital Director Directors Disability Discharge Drug Duty
    Each Early Easter Easy Education Eid Emergency Engagement England English Equality Every
    Evidence Executive Experience Families Family Farsi February Feedback First Form Forum
    Foundation Foundations Friday Friends Further General GP Gate Good Governance Governor
    Governors Group Guide Gujarati Gypsy Hall Hanukkah Head Health Healthcare Helpline Hindi
    Hindu Holiday Home Hospital Hour House Housing Human Inclusion Independent Induction
    Information Initial Inspectorate Inspector Inspectors Integrated Inequalities January Jewish
    Join July June Justice Language Large Lead Leads Leaflet Learning Liaison Library Line Link
    Listen Listener Listeners Listening Lived Local London Management Manager Managers March
    Matron May Measure Medical Medicine Medicines Meeting Member Members Mental Ministry Minutes
    Mitie Monday Monitoring Muslim Nacro National Needs Network New News Newsletter Notes NHS
    North Northern November Nurse Nurses Nursing October Offender Office Officer Officers Old
    Ombudsman Online Open Operations Our Oxleas Pact Pack Panel Parliament Partner Partners
    Partnership Passover Pathway Patient Patients Pentecost Performance Personal Pharmacy
    Physical Plan Play Plus Police Policy Polish Portal Portuguese Poster Practice Practitioner
    Practitioners Pride Primary Print Prison Prisoner Prisoners Prisons Privacy Probation
    Procedure Professional Programme Project Public Punjabi Quality Quarter Quarterly Ramadan
    Read Reading Reception Record Records Red Referral Reform Regional Registered Release Report
    Representatives Research Resettlement Response Review Rights Roma Room Royal Rule
    Safeguarding Safer Safety Samaritans Saturday Screening Secondary Secretary Section Security
    Self Seminar Senior September Service Services Sexual Sikh Sign Social Society Somali South
    Southern Spanish Spectrum Spring Staff Standard Standards State Statement Strategic Strategy
    Substance Summary Summer Sunday Support Survey System SystmOne Tamil Team Teams Test The
    Their This Thursday Time Together Training Transfer Traveller Travellers Treatment Triangle
    Trust Tuesday Turkish Ukrainian Unit University Urdu User Users Victim Violence Visit
    Visitor Visitors Visits Voice Volunteer Volunteers Wales Ward Wednesday Week Welcome
    Wellbeing Welsh West Western Wing Winter Women Words Work Worker Workers Working World Year
    Yes Young Your Youth East Eastern Bank Band Annex Appendix Figure Table Page Part Version
    Stage Step Level Block Houseblock Version Word Excel Teams Zoom Internet Microsoft Europe
    European Britain Kingdom United Scotland Scottish Ireland Irish French German Italian
    Romanian Albanian Vietnamese Chinese Mandarin Lithuanian Bulgarian Hungarian Russian Pashto
    Dari Kurdish Sylheti Yoruba African Caribbean Asian Black White Christianity Islam Islamic
    Change Data Grow In-Reach Inreach Live Protection Talking Teamwork Therapies
    Judaism Buddhist Diwali Vaisakhi Lent Advent God Bible Qur’an
    """
)
"""Words that are written with a capital in returns and name no person."""

PLACES = (
    r"(?:Road|Street|House|Ward|Centre|Lane|Gate|Park|Hall|Chapel|Court|Gardens?|Unit|Trust|Group"
    r"|Hospital|Prison|Community|Healthcare|Health|Care|Wing|Room|College|University|Council"
    r"|Foundation|Clinic|Suite|Lodge|Project|Partnership|Forensic|Line|Form|Act|Report|Guide|Bridge"
    r"|Church|Site|Building|Scheme|Programme|Valley|Hill)"
)
"""What stands last in the name of a place or an organisation, often after somebody's name."""

STARTERS = _words(
    """I He She It We You They Us Them Who Whoever What When Where Why How Which That These Those
    There Here Then Now Today Yesterday Tomorrow Everyone Everybody Anyone Anybody Someone
    Somebody Nobody None Both Many Most Some Several Few Fewer More Others Another Neither
    Either People Persons Men Man Woman Parents Parent Mothers Mother Fathers Father Mum Mums
    Dad Dads Wife Wives Husband Husbands Sons Son Daughters Daughter Brothers Brother Sisters
    Sister Relatives Relative Callers Caller Residents Resident Child Kids Partners Grandparents
    Friends Friend Nobody’s Colleagues Doctors Doctor Dentists Dentist Managers Peers Peer
    Chaplains Chaplain Interpreters Charities Providers Provider Inspectors Commissioners
    Auditors Trainers Let One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Twenty
    Thirty Forty Fifty Hundreds Dozens No Not Only If As At By For From In On Of Off Or Out Over
    So Such Than To Too Under Until Up Upon With Without While After Before Because But And Also
    Although Any Are Is Was Were Has Have Had Do Does Did Be Been Being Can Could May Might Must
    Shall Should Will Would Once Since Though Through During Between Among Within About Above
    Across Against Along Around
    """
)
"""Words that begin an ordinary sentence before a verb of speaking, or own something."""
