"""The papers of the made-up sample that come as PDF: python -m tools.sample_papers writes them anew.

Everything in them is made up.
"""

from pathlib import Path

import weasyprint

FOLDER = Path("samples/shoulder-surgery")
STYLE = """
@page { size: letter; margin: 1.8cm; @bottom-center { content: "Page " counter(page) " of " counter(pages); font-size: 8pt; } }
body { font: 10.5pt/1.45 "DejaVu Sans", sans-serif; } h1 { font-size: 14pt; } h2 { font-size: 11pt; border-bottom: 1px solid #555; }
table { border-collapse: collapse; width: 100%; } td, th { border: 1px solid #555; padding: 3px 6px; text-align: left; vertical-align: top; }
p { margin: .35em 0; }
"""
REQUEST = """
<p>State of California, Division of Workers' Compensation</p>
<h1>REQUEST FOR AUTHORIZATION</h1><p>DWC Form RFA</p>
<p>☒ New Request &nbsp; ☐ Resubmission - Change in Material Facts</p>
<h2>Employee Information</h2>
<p>Name (Last, First, Middle): Pattern, Pat</p><p>Date of Injury (MM/DD/YYYY): 09/12/2014</p><p>Date of Birth (MM/DD/YYYY): 05/04/1975</p>
<p>Claim Number: SAMPLE-0002</p><p>Employer: Made-up Warehouse</p>
<h2>Requesting Physician Information</h2>
<p>Name: Example, Emery</p><p>Practice Name: Made-up Shoulder Clinic</p><p>Specialty: Orthopedic Surgery</p>
<h2>Requested Treatment (see instructions for guidance; attached additional pages if necessary)</h2>
<p>Diagnosis: Rotator cuff tear, right shoulder</p><p>ICD-Code: M75.121</p>
<p>Service/Good Requested: Postoperative physical therapy, right shoulder</p><p>CPT/HCPCS Code: 97110</p>
<p>Other Information: 2 times a week for 6 weeks</p>
<p>Requesting Physician Signature: Emery Example, MD</p><p>Date: 05/04/2015</p>
"""
REPORT = """
<h1>PRIMARY TREATING PHYSICIAN'S PROGRESS REPORT (PR-2)</h1>
<p>Patient: Pattern, Pat</p><p>Date of Injury: 09/12/2014</p><p>Claim Number: SAMPLE-0002</p><p>Date of exam: 04/30/2015</p>
<h2>Subjective complaints:</h2>
<p>The patient is 8 weeks after an arthroscopic rotator cuff repair of the right shoulder. Pain is 4/10. The patient has completed 12 visits of
postoperative physical therapy.</p>
<h2>Objective findings:</h2>
<p>Active flexion of the right shoulder is 110 degrees, 80 degrees before. Strength is 4/5. There are deficits of strength and of motion overhead that need
skilled therapy.</p>
<p>Portals are healed. Sensation is intact.</p>
<h2>Diagnoses:</h2><p>1. Rotator cuff tear, right shoulder ICD- M75.121</p>
<h2>Treatment to date:</h2>
<p>Surgery was performed on 03/05/2015. Therapy so far improved function: the patient now dresses without help and lifts 5 pounds to the shoulder.</p>
<h2 style="break-before: page">Treatment Plan:</h2>
<p>Continue postoperative physical therapy 2 times a week for 6 weeks. Goals are active flexion of 150 degrees and lifting 15 pounds overhead.</p>
<p>A home exercise program was taught on 04/16/2015.</p>
<h2>Work Status:</h2><p>Remain off work until the next visit.</p>
"""
NOTES = """
<h1>PHYSICAL THERAPY PROGRESS NOTES</h1><p>Made-up Therapy Center</p><p>Patient: Pattern, Pat</p><p>Claim Number: SAMPLE-0002</p>
<table><tr><th>Date of visit</th><th>Note</th></tr>
{rows}</table>
"""
DAYS = ("03/19", "03/23", "03/26", "03/30", "04/02", "04/06", "04/09", "04/13", "04/16", "04/20", "04/23", "04/27")


def main() -> None:
    """Write the papers."""
    rows = "".join(
        f"<tr><td>{day}/2015</td><td>Passive and assisted motion, pendulum exercises, right shoulder.</td></tr>"
        for day in DAYS
    )
    papers = {"request.pdf": REQUEST, "progress-report.pdf": REPORT, "therapy-notes.pdf": NOTES.format(rows=rows)}
    for name, body in papers.items():
        page = f"<html lang='en'><title>{name}</title><style>{STYLE}</style>{body}</html>"
        (FOLDER / name).write_bytes(weasyprint.HTML(string=page).write_pdf())


if __name__ == "__main__":
    main()
