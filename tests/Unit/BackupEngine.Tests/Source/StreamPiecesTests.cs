using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Source;

/// <summary>Streams, cut into files of a known length.</summary>
public sealed class StreamPiecesTests : IDisposable
{
    private const int PieceLength = 1000;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, new[] { 0 })]
    [InlineData(1, new[] { 1 })]
    [InlineData(999, new[] { 999 })]
    [InlineData(1000, new[] { 1000 })]
    [InlineData(1001, new[] { 1000, 1 })]
    [InlineData(3000, new[] { 1000, 1000, 1000 })]
    public void All_pieces_but_the_last_are_full_and_none_is_empty(int length, int[] lengths)
    {
        var content = new SeededRandom(length).Bytes(length);
        using var pieces = new StreamPieces(Item(() => new MemoryStream(content)), _folder.Path);
        var read = pieces.Read(Token).Select(ReadAll).ToList();
        Assert.Equal(lengths, read.Select(piece => piece.Length));
        Assert.Equal(content, read.SelectMany(piece => piece));
    }

    [Fact]
    public void The_next_piece_is_made_while_one_is_used_and_not_the_one_after()
    {
        var read = 0L;
        using var pieces = new StreamPieces(Item(() => new MeasuredStream(10_000_000, count => Interlocked.Add(ref read, count)), 1_000_000), _folder.Path);
        foreach (var piece in pieces.Read(Token))
        {
            Assert.Equal(1_000_000, ReadAll(piece).Length);
            Assert.InRange(Directory.GetFiles(_folder.Path).Length, 1, 2);
        }
        Assert.Equal(10_000_000, read);
    }

    [Fact]
    public void Pieces_before_a_failure_are_given_and_the_failure_after_them()
    {
        using var pieces = new StreamPieces(Item(() => new FailingStream(2500, new IOException("Broken pipe"))), _folder.Path);
        var count = 0;
        Assert.Throws<StreamBrokenException>(() =>
        {
            foreach (var piece in pieces.Read(Token))
            {
                count++;
            }
        });
        Assert.Equal(2, count);
    }

    [Fact]
    public void Nothing_is_left_of_an_item_whose_reading_was_given_up()
    {
        var producer = new MeasuredStream(1_000_000, _ => { });
        using (var pieces = new StreamPieces(Item(() => producer), _folder.Path))
        {
            Assert.Equal(1000, ReadAll(pieces.Read(Token).First()).Length);
        }
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_spool_that_cannot_be_written_to_is_no_failure_of_the_producer()
    {
        var spool = _folder.Make("spool");
        using var pieces = new StreamPieces(Item(() => new MemoryStream(new byte[10])), spool);
        Directory.Delete(spool);
        var failure = Assert.Throws<BackupException>(() => pieces.Read(Token).First());
        Assert.Equal("FileNotWritten", failure.ErrorId);
        Assert.Contains(spool, failure.Message);
    }

    private static byte[] ReadAll(SourceItem piece)
    {
        using var file = piece.Open();
        var content = new byte[file.Facts.Size + 1];
        return content[..file.Read(content, 0)];
    }

    private static StreamItem Item(Func<Stream> start, int pieceLength = PieceLength) =>
        new("dump", default, _ => Task.FromResult(start())) { PieceLength = pieceLength };
}
