using System.Buffers.Binary;
using System.Text;
using CloudBackup.FileTree;
using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Formats.Rsync.Records;

/// <summary>
/// The bytes of what a run keeps on its machine for the next one: a later version must read the cache, and the plan and log of an interrupted run,
/// that an earlier one has left, or all is uploaded again.
/// </summary>
public sealed class StoredLinesTests
{
    private const string Cache = "Q0JTWU5DMDFzAAAAEGRhdGEvZ3LDvMOfZS50eHQAAAcA8QIAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH6QT6AeA0KzzDgKsAoAg//"
        + "//////////AQP/k+vcA5jT35INAQACBnVzZXIuYQIA/wp1c2VyLmVtcHR5AB8AAAAMZGF0YS91bmtub3duAAAAAAEAAAAAAAAAAAAAAAAAAAAA"
        + "AAIAAAAAAAAAMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYBMDAxMTIyMzM0NDU1NjY3NyrtVWWATSap939tSRQmLzCO8FsRYvx7c2"
        + "CkNwKhgVu2";

    private const string Plan = "Q0JTWU5DMDFFAAAABGRhdGEBAAABAKQT6AeA0KzzDgIAgCD///////////8BA/+T69wDmNPfkg0BAAIGdXNlci5hAgD/CnVzZXIuZW1wdHkAXg"
        + "AAABBkYXRhL2dyw7zDn2UudHh0AAIByAHxAgABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fpBPoB4DQrPMOAqwCgCD///////////8B"
        + "A/+T69wDmNPfkg0BAAA5AAAACWRhdGEvbGluawIAAAEApBPoB4DQrPMOAqwCgCD///////////8BA/+T69wDmNPfkg0BBC4uL4AAAAAAAAMAAA"
        + "AAAAAAMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYBMDAxMTIyMzM0NDU1NjY3NykHlDSXsPpGGKaYd2uwInvxnXDLhZgQxNsVN5Eu"
        + "rFo2";

    private const string LogWithoutOpening = "AwAAAAeyTjcBAAF3AAAAoZ4xvwIAARBkYXRhL2dyw7zDn2UudHh0AAAHyAHxAgABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fpBPoB4"
        + "DQrPMOAqwCgCD///////////8BA/+T69wDmNPfkg0BAAIGdXNlci5hAgD/CnVzZXIuZW1wdHkAAwAAAGAHuv4EAAADAAAAfvvomQMBAHYAAAAZ"
        + "WFOGAgIAEGRhdGEvZ3LDvMOfZS50eHQAAAcB8QIAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH6QT6AeA0KzzDgKsAoAg//////////"
        + "//AQP/k+vcA5jT35INAQACBnVzZXIuYQIA/wp1c2VyLmVtcHR5AA==";

    /// <summary>An opening names a boot in the form of a line, of which the other fields are zeros.</summary>
    private static readonly byte[] UnusedFields = new byte[16];

    private static readonly LineStamp Stamp = new("0123456789abcdef0123456789abcdef", "0011223344556677", true);

    private static readonly FileFacts Facts = new()
    {
        Kind = EntryKind.File,
        Mode = 0x9A4,
        UserId = 1000,
        GroupId = 4_000_000_000,
        LinkCount = 2,
        Size = 300,
        Allocated = 4096,
        Inode = ulong.MaxValue,
        Modified = new UnixTime(-2, 999_999_999),
        Changed = new UnixTime(1_764_488_396, 1),
    };

    private static readonly PlanLine Kept = new()
    {
        Path = "data/gr\u00FC\u00DFe.txt",
        Kind = EntryKind.File,
        Knows = ObjectKnowledge.Hash | ObjectKnowledge.Facts | ObjectKnowledge.Fresh,
        Sha256 = [.. Enumerable.Range(0, 32).Select(number => (byte)number)],
        StoredSize = 368,
        Facts = Facts,
        Attributes = [new ExtendedAttribute("user.a", [0, 255]), new ExtendedAttribute("user.empty", [])],
    };

    [Fact]
    public void A_cache_has_the_bytes_it_always_had() => Check<CacheLine>(Cache, [Kept.ToCacheLine(), new() { Path = "data/unknown", StoredSize = 0 }]);

    [Fact]
    public void A_plan_has_the_bytes_it_always_had() => Check<PlanLine>(Plan,
    [
        new() { Path = "data", Kind = EntryKind.Directory, Origin = 1, Facts = Facts with { Kind = EntryKind.Directory, Size = 0 }, Attributes = Kept.Attributes },
        Kept with { Action = PlanAction.Compare, Origin = 200, Knows = ObjectKnowledge.Hash, Attributes = [] },
        new() { Path = "data/link", Kind = EntryKind.SymbolicLink, Origin = 1, LinkTarget = "../\uDC80", Facts = Facts with { Kind = EntryKind.SymbolicLink } },
    ]);

    [Fact]
    public void A_log_has_the_bytes_it_always_had()
    {
        using var folder = new TempFolder();
        using (var log = PlanLog.Create(folder["log"], Stamp))
        {
            log.Start(0);
            log.Finish(0, Kept with { Origin = 200 }, isPending: true);
            log.EndFlush(log.BeginFlush());
            log.Drop(1);
            log.Finish(2, Kept with { Origin = 1 }, isPending: false);
        }
        var bytes = File.ReadAllBytes(folder["log"]);
        var boot = Encoding.ASCII.GetBytes(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());
        byte[] opening = [5, 0, 0, (byte)Stamp.Token.Length, .. Encoding.ASCII.GetBytes(Stamp.Token), .. UnusedFields, (byte)boot.Length, .. boot, 0];
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        Assert.Equal(opening, bytes.AsSpan(8, length).ToArray());
        Assert.Equal(LogWithoutOpening, Convert.ToBase64String(bytes.AsSpan(8 + length)));
        using var read = PlanLog.TryOpen(folder["log"], Stamp)!;
        Assert.True(read.IsComplete);
        Assert.Equal(ActionOutcome.Done, read.Find(0, out var record, out var isDurable));
        Assert.Equal((Kept.Path, 200, Kept.Facts, true), (record!.Path, record.Origin, record.Facts, isDurable));
        Assert.Equal(ActionOutcome.Dropped, read.Find(1, out _, out _));
    }

    private static void Check<TLine>(string expected, IReadOnlyList<TLine> lines)
        where TLine : ILine<TLine>
    {
        using var folder = new TempFolder();
        Assert.Equal(expected, Write(folder["written"], lines));
        File.WriteAllBytes(folder["kept"], Convert.FromBase64String(expected));
        using var reader = LineFileReader<TLine>.TryOpenWhole(folder["kept"])!;
        Assert.Equal(Stamp, reader.Stamp);
        Assert.Equal(expected, Write(folder["again"], reader.ReadAll()));
    }

    private static string Write<TLine>(string path, IEnumerable<TLine> lines)
        where TLine : ILine<TLine>
    {
        using (var writer = new LineFileWriter<TLine>(path))
        {
            foreach (var line in lines)
            {
                writer.Write(line);
            }
            writer.Complete(Stamp, isDurable: false);
        }
        return Convert.ToBase64String(File.ReadAllBytes(path));
    }
}
