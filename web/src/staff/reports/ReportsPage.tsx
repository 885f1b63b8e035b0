import "./reports.css";
import { useQuery } from "@tanstack/react-query";
import { cases, matching, outreach } from "../../api/client";
import { Answered } from "../../shell/Answered";
import { useTitle } from "../../shell/faces";
import { asked, Choices } from "../Choices";
import { StaffNav } from "../StaffNav";
import { Conversion, OpenCases, TimeInStage, Waivers } from "./OfCases";
import { Exposure, Replies } from "./OfLetters";

const COUNTED = [["all", "Everything"], ["real", "Without the demonstration"]] as const;

export default function ReportsPage() {
  useTitle("Reports");
  const withDemonstration = asked("count") !== "real";
  const query = { with_demonstration: withDemonstration };
  const ofCases = useQuery({
    queryKey: ["reports", "cases", withDemonstration],
    queryFn: async ({ signal }) => (await cases.GET("/api/directory/v1/reports", { params: { query }, signal })).data!,
  });
  const replies = useQuery({
    queryKey: ["reports", "replies", withDemonstration],
    queryFn: async ({ signal }) => (await outreach.GET("/api/outreach/v1/reply-rates", { params: { query }, signal })).data!,
  });
  const exposure = useQuery({
    queryKey: ["reports", "exposure"],
    queryFn: async ({ signal }) => (await matching.GET("/api/matching/v1/exposure", { signal })).data!,
  });
  const today = new Date().toISOString().slice(0, 10);
  return (
    <main id="content" className="page wide">
      <StaffNav current="Reports" />
      <h1>Reports</h1>
      <Choices label="Counted" name="count" choices={COUNTED} />
      <Answered question={ofCases}>
        {(found) => (
          <>
            <OpenCases found={found} />
            <TimeInStage found={found} />
            <Conversion found={found} />
          </>
        )}
      </Answered>
      <Answered question={replies}>{(found) => <Replies found={found} on={today} />}</Answered>
      <Answered question={exposure}>{(found) => <Exposure found={found} on={today} />}</Answered>
      {ofCases.data && <Waivers found={ofCases.data} />}
    </main>
  );
}
