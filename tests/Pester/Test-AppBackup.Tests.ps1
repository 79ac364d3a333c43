Describe 'Test-AppBackup' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1

        # Changes one byte in the middle of the stored archive.
        function Edit-Archive {
            $archive = Get-ChildItem "$root/site" -Recurse -Filter *.tar.gz
            $bytes = [System.IO.File]::ReadAllBytes($archive.FullName)
            $bytes[$bytes.Length / 2] = $bytes[$bytes.Length / 2] -bxor 1
            [System.IO.File]::WriteAllBytes($archive.FullName, $bytes)
        }
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com
    }

    It 'reads a backup that is named, and finds it whole' {
        $result = Test-AppBackup $backup.Id
        $result | Should -BeOfType CloudBackup.BackupTestResult
        $result.IsValid | Should -BeTrue
        $result.FilesChecked | Should -Be $backup.FileCount
        $result.BytesChecked | Should -BeGreaterThan 15000
        $result.Problems | Should -BeNullOrEmpty
    }

    It 'takes ids and backups from the pipeline' {
        ($backup.Id | Test-AppBackup).IsValid | Should -BeTrue
        (Get-AppBackup | Test-AppBackup).IsValid | Should -BeTrue
    }

    It 'finds damage and names it, which is no error' {
        Edit-Archive
        $result = Test-AppBackup $backup.Id -ErrorAction Stop
        $result.IsValid | Should -BeFalse
        $result.Problems | Should -Not -BeNullOrEmpty
    }

    It 'writes only true or false with -Quiet' {
        Test-AppBackup $backup.Id -Quiet | Should -BeTrue
        Edit-Archive
        Get-AppBackup | Test-AppBackup -Quiet | Should -BeFalse
    }

    It 'names a backup that does not exist' {
        { Test-AppBackup nothing -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,CloudBackup.Commands.TestAppBackupCommand'
    }
}
