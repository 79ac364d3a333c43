using CloudBackup.Import;
using CloudBackup.Tests.Support;
using ICSharpCode.SharpZipLib;

namespace CloudBackup.Tests.Import;

/// <summary>Whatever is changed in an archive of another program, its reader says that it is damaged and nothing worse.</summary>
public sealed class DamagedArchiveTests
{
    private readonly SeededRandom _random = new(1);

    [Fact]
    public void Any_change_of_a_bzip2_file_is_told_as_damage()
    {
        Change(Imports.BZip2(_random.Text(3000)), rounds: 1500, file =>
        {
            using var content = new BZip2Streams(file);
            content.CopyTo(Stream.Null);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_change_of_a_zip_is_told_as_damage(bool isDeflated)
    {
        using var folder = new TempFolder();
        var path = HandMadeZip.Write(
            folder["made.zip"],
            new ZipItem("data/first", _random.Text(2000)) { IsDeflated = isDeflated },
            new ZipItem("data/link", "target") { IsDeflated = isDeflated, UnixMode = 0xA1FF },
            new ZipItem("data/last", "last") { IsDeflated = isDeflated, UnixMode = 0x81A4 });
        var buffer = new byte[4096];
        Change(File.ReadAllBytes(path), rounds: 5000, file =>
        {
            var reading = new ArchiveReading("made.zip", null, CancellationToken.None);
            _ = ZipEntries.SizeOf(file, reading);
            file.Position = 0;
            foreach (var (_, read) in ZipEntries.Read(file, reading))
            {
                for (var length = 0; length < 100_000 && read(buffer) is > 0 and var count; length += count)
                {
                }
            }
        });
    }

    private void Change(byte[] file, int rounds, Action<MemoryStream> read)
    {
        var damaged = 0;
        for (var round = 0; round < rounds; round++)
        {
            var changed = file.ToArray();
            changed[_random.Next(file.Length)] ^= (byte)(1 + _random.Next(255));
            changed = _random.Next(4) == 0 ? changed[.._random.Next(file.Length)] : changed;
            try
            {
                read(new MemoryStream(changed));
            }
            catch (Exception failure) when (failure is SharpZipBaseException or InvalidDataException or IOException or BackupException)
            {
                damaged++;
            }
        }
        Assert.InRange(damaged, rounds / 2, rounds);
    }
}
